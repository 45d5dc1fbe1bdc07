// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;

namespace Banana.Tests.Unit.House;

/// <summary>The texts of the page System Update and of the notification, which share a catalog: a word that was added and forgotten would be English among others.</summary>
public sealed partial class TranslationTests
{
    private static readonly string[] Sources = [.. SourceFiles.All().Where(file => file.StartsWith("apps/updates/ui/", StringComparison.Ordinal) || file.StartsWith("src/Banana.Control/", StringComparison.Ordinal))];

    public static TheoryData<string> Languages => [.. Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "apps/updates/po")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_text_has_a_translation_and_every_translation_a_text(string language)
    {
        var catalog = string.Join('\n', SourceFiles.Lines($"apps/updates/po/{language}/kcm_banana_updates.po"));
        var translated = Entry().Matches(catalog).Where(entry => entry.Groups["said"].Length > 0).Select(Key);
        Assert.Equal(Texts().Order(StringComparer.Ordinal), translated.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_and_the_notification_are_both_looked_at()
    {
        var texts = Texts();
        Assert.Contains("@title:group|Installed Versions", texts);
        Assert.Contains("@title|System Update", texts);
    }

    [Fact]
    public void There_are_the_languages_that_were_promised() => Assert.Superset(new HashSet<string>(["ar", "de"], StringComparer.Ordinal), new HashSet<string>(Languages.Select(row => row.Data), StringComparer.Ordinal));

    private static List<string> Texts() => [.. Sources.SelectMany(file => Text().Matches(string.Join('\n', SourceFiles.Lines(file))).Select(Key)).Distinct(StringComparer.Ordinal)];

    private static string Key(Match match) => $"{match.Groups["context"].Value}|{match.Groups["text"].Value}";

    [GeneratedRegex("words\\.(i18ncp?|Say)\\(\"(?<context>[^\"]+)\", \"(?<text>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Text();

    [GeneratedRegex("msgctxt \"(?<context>[^\"]+)\"\nmsgid \"(?<text>[^\"]+)\"\n(msgid_plural \"[^\"]+\"\n)?msgstr(\\[0\\])? \"(?<said>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}
