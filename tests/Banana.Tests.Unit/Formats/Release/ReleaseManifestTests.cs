// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Release;

public sealed class ReleaseManifestTests
{
    private static string Text => Encoding.UTF8.GetString(Samples.Manifest.ToJson());

    [Fact]
    public void CanonicalFormIsStable()
    {
        const string Start = "{\n  \"format\": 1,\n  \"id\": \"banana\",\n  \"edition\": \"core\",\n  \"version\": \"20261121.3\",\n  \"architecture\": \"x86-64\",\n";
        Assert.StartsWith(Start, Text);
        Assert.EndsWith("}\n", Text);
        Assert.DoesNotContain('\r', Text);
        Assert.True(Text.IndexOf("\"usr\"", StringComparison.Ordinal) < Text.IndexOf("\"packages\"", StringComparison.Ordinal), "parts are in the order of their roles");
        Assert.Equal(Text, Encoding.UTF8.GetString(ReleaseManifest.Parse(Encoding.UTF8.GetBytes(Text), "m").ToJson()));
    }

    [Fact]
    public void PackageVersionsAreNotEscapedAndPackagesAreSorted()
    {
        var text = Encoding.UTF8.GetString(Samples.Packages.ToJson());
        Assert.Contains("\"1:1.3+dfsg-1\"", text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("Bash", StringComparison.Ordinal) < text.IndexOf("zlib", StringComparison.Ordinal));
        var odd = new PackageList { Packages = [Samples.Packages.Packages[0] with { License = "<é'&> \"\\\n🍌" }] };
        Assert.Contains("<é'&> \\\"\\\\\\n\\uD83C\\uDF4C", Encoding.UTF8.GetString(odd.ToJson()), StringComparison.Ordinal);
        Assert.Equal(odd.Packages, PackageList.Parse(odd.ToJson(), "p").Packages);
        var back = PackageList.Parse(Encoding.UTF8.GetBytes(text), "p");
        Assert.Equal(Samples.Packages.Packages.OrderBy(package => package.Name, StringComparer.Ordinal), back.Packages);
    }

    [Theory]
    [InlineData("\"format\": 1,", "\"format\": 1,\n  \"colour\": \"red\",", "colour")]
    [InlineData("\"format\": 1,", "\"format\": 1,\n  \"id\": \"x\",", "id")]
    [InlineData("\"edition\": \"core\"", "\"edition\": 7", "$.edition")]
    [InlineData("\"edition\": \"core\"", "\"edition\": null", "edition")]
    [InlineData("\"edition\": \"core\"", "\"edition\": \"\"", "edition")]
    [InlineData("\"edition\": \"core\",", "", "edition")]
    [InlineData("20261121.3\"", "20261121\"", "YYYYMMDD.N")]
    [InlineData("\"blockSize\": 4096", "\"blockSize\": \"4096\"", "blockSize")]
    [InlineData("\"role\": \"usr\"", "\"role\": \"moon\"", "role")]
    [InlineData("\"role\": \"usr\"", "\"role\": \"packages\"", "twice")]
    [InlineData("\"role\": \"usr\"", "\"role\": 0", "role")]
    [InlineData("\"file\": \"packages.json\"", "\"file\": \"../packages.json\"", "plain file name")]
    [InlineData("\"size\": 20", "\"size\": -1", "negative")]
    [InlineData("\"size\": 20", "\"size\": 2.5", "size")]
    [InlineData("\"format\": 1,", "", "format")]
    [InlineData("\"format\": 1,", "\"format\": 0,", "format")]
    [InlineData("{\n  \"format\"", "[\n  \"format\"", "format")]
    [InlineData("}\n", "", "m")]
    public void MalformedIsRefused(string from, string to, string named)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        var error = Assert.Throws<BananaException>(() => ReleaseManifest.Parse(Encoding.UTF8.GetBytes(Text.Replace(from, to, StringComparison.Ordinal)), "m.json"));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.StartsWith("m.json", error.Where, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void ANewerFormatIsCalledNewerEvenWithUnknownKeys()
    {
        var newer = Text.Replace("\"format\": 1,", "\"shape\": \"new\", \"format\": 2,", StringComparison.Ordinal);
        var error = Assert.Throws<BananaException>(() => ReleaseManifest.Parse(Encoding.UTF8.GetBytes(newer), "m.json"));
        Assert.Equal(ExitCode.NewerFormat, error.Code);
        Assert.Contains("format 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyDamageIsAnErrorWithAName()
    {
        var random = new Random(2);
        var good = Samples.Manifest.ToJson();
        for (var round = 0; round < 3000; round++)
        {
            var bad = (byte[])good.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            try
            {
                _ = ReleaseManifest.Parse(bad.AsSpan(0, random.Next(4) == 0 ? random.Next(bad.Length) : bad.Length), "m.json");
            }
            catch (BananaException error)
            {
                Assert.StartsWith("m.json", error.Message, StringComparison.Ordinal);
            }
        }
    }
}
