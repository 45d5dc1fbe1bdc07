// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Bus;

/// <summary>Signatures, names and errors of the bus, without one.</summary>
public sealed class BusSignatureTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("s", 1)]
    [InlineData("ybnqiuxtdsoghv", 14)]
    [InlineData("a{sv}as(ii)", 3)]
    [InlineData("a{oa{sa{sv}}}", 1)]
    [InlineData("aaaa(a{s(vv)}y)", 1)]
    [InlineData("(((((s)))))", 1)]
    public void Signatures_are_read(string text, int types)
    {
        var signature = BusSignature.Parse(text);
        Assert.Equal(types, signature.Types.Count);
        Assert.Equal(text, string.Concat(signature.Types.Select(type => type.Text)));
    }

    [Theory]
    [InlineData("z", "no type at character 1")]
    [InlineData("a", "ends too early")]
    [InlineData("()", "has no fields")]
    [InlineData("(s", "a ')' is missing")]
    [InlineData("s)", "no type at character 2")]
    [InlineData("{sv}", "outside of an array")]
    [InlineData("a{vs}", "the key v is no basic type")]
    [InlineData("a{(s)s}", "no basic type")]
    [InlineData("a{s}", "no type at character 4")]
    [InlineData("a{svv}", "a '}' is missing")]
    [InlineData("a{sv", "a '}' is missing")]
    [InlineData("r", "no type")]
    [InlineData("e", "no type")]
    [InlineData("s\0", "no type at character 2")]
    public void What_is_no_signature_is_told_why(string text, string why)
    {
        var error = Assert.Throws<BusException>(() => BusSignature.Parse(text));
        Assert.Equal(BusErrors.InvalidSignature, error.Name);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        BusSignature.Parse(new string('a', 32) + "y");
        BusSignature.Parse(new string('(', 32) + "y" + new string(')', 32));
        BusSignature.Parse(new string('y', 255));
        Assert.Throws<BusException>(() => BusSignature.Parse(new string('a', 33) + "y"));
        Assert.Throws<BusException>(() => BusSignature.Parse(new string('(', 33) + "y" + new string(')', 33)));
        Assert.Throws<BusException>(() => BusSignature.Parse(string.Concat(Enumerable.Repeat("a{s", 33)) + "y" + new string('}', 33)));
        Assert.Throws<BusException>(() => BusSignature.Parse(new string('y', 256)));
    }

    [Fact]
    public void Any_text_is_a_signature_or_an_error()
    {
        Random random = new(20261126);
        const string Alphabet = "ybnqiuxtdsoghva(){}zr";
        var read = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var text = string.Create(random.Next(12), random, (span, source) =>
            {
                for (var index = 0; index < span.Length; index++)
                {
                    span[index] = Alphabet[source.Next(Alphabet.Length)];
                }
            });
            try
            {
                Assert.Equal(text, string.Concat(BusSignature.Parse(text).Types.Select(type => type.Text)));
                read++;
            }
            catch (BusException)
            {
                continue;
            }
        }

        Assert.InRange(read, 1000, 199_000);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/org/kde_1/X", true)]
    [InlineData("", false)]
    [InlineData("org", false)]
    [InlineData("/org/", false)]
    [InlineData("//", false)]
    [InlineData("/a-b", false)]
    [InlineData("/ä", false)]
    public void Paths_have_their_grammar(string path, bool isOne) => Assert.Equal(isOne, BusNames.IsPath(path));

    [Theory]
    [InlineData("org.kde.banana1", true, true, false)]
    [InlineData("org.kde.b-a", true, false, false)]
    [InlineData(":1.42", false, false, true)]
    [InlineData("org", false, false, false)]
    [InlineData("org..kde", false, false, false)]
    [InlineData("org.1kde", false, false, false)]
    [InlineData(".org.kde", false, false, false)]
    [InlineData("org.kde.", false, false, false)]
    [InlineData("org.kde'x", false, false, false)]
    public void Names_have_their_grammar(string name, bool isWellKnown, bool isInterface, bool isUnique) =>
        Assert.Equal((isWellKnown, isInterface, isUnique), (BusNames.IsWellKnown(name), BusNames.IsInterface(name), BusNames.IsUnique(name)));

    [Theory]
    [InlineData("core", "core")]
    [InlineData("", "_")]
    [InlineData("1a", "_31a")]
    [InlineData("a1_é", "a1_5f_c3_a9")]
    public void Any_text_becomes_an_element_of_a_path(string text, string element)
    {
        Assert.Equal(element, BusNames.Escape(text));
        Assert.True(BusNames.IsPath("/" + element));
    }

    [Fact]
    public void Every_exit_code_has_an_error_and_the_way_back()
    {
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Equal(code, BusErrors.CodeOf(BusErrors.NameOf(code))));
        Assert.Equal("org.kde.banana1.Error.NoSpace", BusErrors.NameOf(ExitCode.NoSpace));
        Assert.Equal(ExitCode.ToolFailed, BusErrors.CodeOf("org.kde.banana1.Error.FromTheFuture"));
        Assert.Equal(ExitCode.ToolFailed, BusErrors.CodeOf("org.kde.banana1.Error.5"));
        Assert.Equal(ExitCode.Denied, BusErrors.CodeOf(BusErrors.AccessDenied));
        Assert.Equal(ExitCode.Unreachable, BusErrors.CodeOf("org.freedesktop.DBus.Error.Spawn.ChildExited"));
    }

    [Fact]
    public void A_description_that_is_wrong_does_not_start()
    {
        BusInterface test = new("org.kde.banana1.Test");
        Assert.Throws<BusException>(() => new BusInterface("test"));
        Assert.Throws<BusException>(() => test.Method("M", "a:{sv}", _ => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => test.Method("M", "su", _ => Task.CompletedTask));
        Assert.Throws<BusException>(() => test.Property("P", "su", () => 1));
        Assert.Throws<BusException>(() => test.Signal("1st", "a:s"));
    }

    [Fact]
    public void Values_of_another_type_name_the_member()
    {
        BusValues values = new("org.x.Y.Z", BusSignature.Parse("sa(su)"), ["text", new object[] { new object[] { "a", 1u } }]);
        Assert.Equal(1u, values.GetStructs(1)[0].Get<uint>(1));
        foreach (var wrong in new Action[] { () => values.Get<uint>(0), () => values.Get<string>(2), () => values.Get<string>(-1), () => values.GetDictionary(1), () => values.GetStruct(1), () => values.GetStructs(0), () => values.Expect("s"), () => values.GetStructs(1)[0].Get<string>(1) })
        {
            Assert.Contains("org.x.Y.Z", Assert.Throws<BusException>(wrong).Message, StringComparison.Ordinal);
        }
    }
}
