// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Xml.Linq;
using Banana.Qa.Films;
using Banana.Qa.Reports;
using Banana.Qa.Staging;

namespace Banana.Tests.Unit.Qa;

/// <summary>What is told of a run of scenarios.</summary>
public sealed class ReportTests : IDisposable
{
    private static readonly Film Film = new(
        "banana enthusiast 20261030.1", "KVM",
        [
            new FilmScene("boot", "The machine boots", [new FilmStep("Switch it on", "a splash", null, [1, 2], null, TimeSpan.FromSeconds(61), 1)]),
            new FilmScene("login", "A person logs in", [new FilmStep("Type <the password>", "the desktop", "a black screen", [3], [4], TimeSpan.FromSeconds(5), 2)]),
            new FilmScene("files", "Files", [], "needs 'login', which did not pass"),
        ],
        [("memory", "900 MiB")]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void JUnit_counts_what_passed_failed_and_was_skipped()
    {
        var suites = XDocument.Parse(JUnitReport.Render(Film)).Root!.Elements("testsuite").ToList();
        Assert.Equal(["boot", "login", "files"], suites.Select(suite => suite.Attribute("name")!.Value));
        Assert.Equal(["0", "1", "0"], suites.Select(suite => suite.Attribute("failures")!.Value));
        Assert.Equal(["0", "0", "1"], suites.Select(suite => suite.Attribute("skipped")!.Value));
        Assert.Equal("a black screen", suites[1].Element("testcase")!.Element("failure")!.Attribute("message")!.Value);
        Assert.Equal("done 2 times", suites[1].Element("testcase")!.Element("system-out")!.Value);
        Assert.Equal("61.000", suites[0].Element("testcase")!.Attribute("time")!.Value);
    }

    [Fact]
    public async Task The_page_shows_what_was_expected_beside_what_was_seen()
    {
        var page = await FilmPage.WriteAsync(Film, folder.Path, TestContext.Current.CancellationToken);
        var html = await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken);
        Assert.Contains("1 scenarios passed, 1 failed, 1 skipped", html, StringComparison.Ordinal);
        Assert.Contains("Type &lt;the password&gt;", html, StringComparison.Ordinal);
        Assert.Contains("Expected: the desktop", html, StringComparison.Ordinal);
        Assert.Contains("Seen: a black screen", html, StringComparison.Ordinal);
        Assert.Contains("done 2 times", html, StringComparison.Ordinal);
        Assert.Contains("<b>900 MiB</b>memory", html, StringComparison.Ordinal);
        Assert.Equal(["boot-01.png", "login-01-needle.png", "login-01.png"], Directory.EnumerateFiles(Path.Combine(folder.Path, "pictures")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData('a', "a")]
    [InlineData('Z', "shift+z")]
    [InlineData('_', "shift+minus")]
    [InlineData('\n', "ret")]
    public void Characters_are_keys(char character, string keys) => Assert.Equal(keys, string.Join('+', Keyboard.KeysOf(character)));

    [Fact]
    public void A_character_without_a_key_is_told() => Assert.Throws<ArgumentException>(() => Keyboard.KeysOf('ß'));
}
