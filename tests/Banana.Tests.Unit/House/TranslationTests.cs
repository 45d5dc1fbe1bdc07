// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;

namespace Banana.Tests.Unit.House;

/// <summary>The texts of our pages, dialogues and notifications: a word that was added and forgotten would be English among others.</summary>
public sealed partial class TranslationTests
{
    // The page System Update and the notification share a catalog.
    private static readonly Dictionary<string, string[]> Catalogs = new(StringComparer.Ordinal)
    {
        ["apps/updates/po/{0}/kcm_banana_updates.po"] = ["apps/updates/ui/", "src/Banana.Control/"],
        ["apps/first-boot/po/{0}/org.kde.banana.firstboot.po"] = ["apps/first-boot/ui/"],
    };

    public static TheoryData<string, string> Translations =>
        [.. Catalogs.Keys.SelectMany(catalog => Directory.EnumerateDirectories(Path.Combine(Checkout.Root, catalog[..catalog.IndexOf("/{0}", StringComparison.Ordinal)])).Select(folder => (catalog, Path.GetFileName(folder))))];

    [Theory]
    [MemberData(nameof(Translations))]
    public void Every_text_has_a_translation_and_every_translation_a_text(string catalog, string language)
    {
        var entries = string.Join('\n', SourceFiles.Lines(string.Format(CultureInfo.InvariantCulture, catalog, language)));
        var translated = Entry().Matches(entries).Where(entry => entry.Groups["said"].Length > 0).Select(Key);
        Assert.Equal(Texts(catalog).Order(StringComparer.Ordinal), translated.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Pages_dialogues_and_notifications_are_all_looked_at()
    {
        var texts = Catalogs.Keys.SelectMany(Texts).ToList();
        Assert.Contains("@title:group|Installed Versions", texts);
        Assert.Contains("@title|System Update", texts);
        Assert.Contains("@title|Your Account", texts);
    }

    [Fact]
    public void There_are_the_languages_that_were_promised() =>
        Assert.All(Catalogs.Keys, catalog => Assert.Superset(new HashSet<string>(["ar", "de"], StringComparer.Ordinal), Translations.Select(row => row.Data).Where(row => row.Item1 == catalog).Select(row => row.Item2).ToHashSet(StringComparer.Ordinal)));

    private static List<string> Texts(string catalog) =>
    [
        .. SourceFiles.All().Where(file => Catalogs[catalog].Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(file => Text().Matches(string.Join('\n', SourceFiles.Lines(file))).Select(Key)).Distinct(StringComparer.Ordinal),
    ];

    private static string Key(Match match) => $"{match.Groups["context"].Value}|{match.Groups["text"].Value}";

    [GeneratedRegex("words\\.(i18ncp?|Say)\\(\"(?<context>[^\"]+)\", \"(?<text>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Text();

    [GeneratedRegex("msgctxt \"(?<context>[^\"]+)\"\nmsgid \"(?<text>[^\"]+)\"\n(msgid_plural \"[^\"]+\"\n)?msgstr(\\[0\\])? \"(?<said>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}
