// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Tuf;
using Banana.Tuf.Json;

namespace Banana.Tests.Unit.Tuf;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b": 1, "a": [true, false, null, -0, -12] }""", """{"a":[true,false,null,0,-12],"b":1}""")]
    [InlineData("""{"a":"q\"\\\/\u00e9"}""", """{"a":"q\"\\/é"}""")]
    [InlineData("""{"B":1,"a":2,"_":3,"":4}""", """{"":4,"B":1,"_":3,"a":2}""")]
    [InlineData("\"line\\nend\"", "\"line\nend\"")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    public void Text_has_one_form(string json, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalJson.Encode(JsonDocument.Parse(json).RootElement)));

    [Fact]
    public void Names_are_in_the_order_of_code_points_also_beyond_the_first_plane()
    {
        using var document = JsonDocument.Parse("{\"\U0001F34C\":1,\"\uFF5E\":2}");
        Assert.Equal("{\"\uFF5E\":2,\"\U0001F34C\":1}", Encoding.UTF8.GetString(CanonicalJson.Encode(document.RootElement)));
    }

    [Fact]
    public void Canonical_bytes_become_JSON_again()
    {
        using var document = JsonDocument.Parse("""{"a":"-----\nx\u0001\\u0041"}""");
        var canonical = CanonicalJson.Encode(document.RootElement);
        using var again = JsonDocument.Parse(CanonicalJson.ToJson(canonical));
        Assert.Equal(canonical, CanonicalJson.Encode(again.RootElement));
        Assert.Equal("-----\nx\u0001\\u0041", again.RootElement.GetProperty("a").GetString());
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e3")]
    public void A_number_that_is_not_whole_is_refused(string json) =>
        Assert.Equal(TufFailure.Malformed, Assert.Throws<TufException>(() => CanonicalJson.Encode(JsonDocument.Parse(json).RootElement)).Failure);
}
