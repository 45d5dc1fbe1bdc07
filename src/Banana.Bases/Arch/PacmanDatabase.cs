// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Foundation.Errors;

namespace Banana.Bases.Arch;

/// <summary>
/// An entry of a pacman database, sync or local (alpm-repo-desc(5), alpm-db-desc(5)):
/// <code>
/// %NAME%
/// bash
///
/// %LICENSE%
/// GPL-3.0-or-later
/// </code>
/// </summary>
internal sealed class PacmanEntry
{
    private readonly Dictionary<string, List<string>> fields = new(StringComparer.Ordinal);

    /// <summary>Reads the text of a desc file.</summary>
    public static PacmanEntry Parse(string text)
    {
        var entry = new PacmanEntry();
        List<string>? values = null;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.Length > 2 && line[0] == '%' && line[^1] == '%')
            {
                entry.fields[line[1..^1]] = values = [];
            }
            else if (line.Length > 0)
            {
                values?.Add(line);
            }
        }

        return entry;
    }

    /// <summary>All values of a field.</summary>
    public IReadOnlyList<string> All(string field) => fields.TryGetValue(field, out var values) ? values : [];

    /// <summary>The first value of a field; null when it is not there.</summary>
    public string? Find(string field) => All(field) is [var first, ..] ? first : null;

    /// <summary>The value of a field that every entry has.</summary>
    public string Get(string field) => Find(field) ?? throw new BananaException(ExitCode.BadInput, $"the package database has an entry for '{Find("NAME")}' without {field}", next: "use another mirror");

    /// <summary>A number; 0 when it is not there.</summary>
    public long Number(string field) => long.TryParse(Find(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

/// <summary>Lists what is installed in a tree, from pacman's local database.</summary>
internal static class PacmanPackageList
{
    private static readonly string[] Operators = ["AND", "OR", "WITH"];

    private static string Local(string tree) => Path.Combine(tree, "var/lib/pacman/local");

    /// <summary>The desc files of a tree.</summary>
    public static IEnumerable<string> Descriptions(string tree) => Directory.EnumerateDirectories(Local(tree)).Select(path => Path.Combine(path, "desc")).Where(File.Exists);

    /// <summary>Whether a tree has a pacman database.</summary>
    public static bool IsIn(string tree) => Directory.Exists(Local(tree));

    /// <summary>The installed packages, by name.</summary>
    public static IReadOnlyList<InstalledPackage> Read(string tree) =>
        [.. Descriptions(tree).Select(path => PacmanEntry.Parse(File.ReadAllText(path))).Select(entry => new InstalledPackage(
            entry.Get("NAME"),
            entry.Get("VERSION"),
            entry.Get("ARCH"),
            License(entry.All("LICENSE")),
            SourceOf(entry),
            entry.Number("SIZE")))
            .OrderBy(package => package.Name, StringComparer.Ordinal)];

    /// <summary>The source package and its version.</summary>
    public static string SourceOf(PacmanEntry entry) => $"{entry.Find("BASE") ?? entry.Get("NAME")} {entry.Get("VERSION")}";

    /// <summary>Arch names licences by SPDX expressions; older packages do not, and then we do not guess.</summary>
    private static string License(IReadOnlyList<string> licenses)
    {
        var known = licenses.Count > 0 && licenses.All(license => license.Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).All(word =>
            Operators.Contains(word, StringComparer.Ordinal)
            || word.StartsWith("LicenseRef-", StringComparison.Ordinal)
            || Debian.DebianCopyright.SpdxIdentifiers.Contains(word)));
        return known ? string.Join(" AND ", licenses.Select(license => licenses.Count > 1 && license.Contains(" OR ", StringComparison.Ordinal) ? $"({license})" : license)) : Debian.DebianCopyright.Unknown;
    }
}
