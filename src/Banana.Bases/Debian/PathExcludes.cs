// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.IO.Enumeration;

namespace Banana.Bases.Debian;

/// <summary>Files of packages that no image needs. The last rule that matches decides, as with dpkg's path-exclude and path-include.</summary>
/// <param name="languages">The languages whose translations stay beside English.</param>
internal sealed class PathExcludes(IReadOnlyList<string> languages)
{
    private readonly (bool Exclude, string Pattern)[] rules =
    [
        (true, "/usr/share/doc/*"), // manuals of developers, changelogs
        (false, "/usr/share/doc/*/copyright"), // the licences, which we must ship and read
        (true, "/usr/share/man/*"), // a third of all files in a small image; the web has them
        (true, "/usr/share/info/*"), // as above
        (true, "/usr/share/lintian/*"), // for the archive's checks only
        (true, "/usr/share/locale/*"), // translations are an edition's choice
        (false, "/usr/share/locale/locale.alias"), // the C library reads it
        (false, "/usr/share/locale/C/*"), // what programs speak without a translation
        (false, "/usr/share/locale/en*"), // as above
        .. languages.SelectMany(language => new[] { (false, $"/usr/share/locale/{language}/*"), (false, $"/usr/share/locale/{language}_*"), (false, $"/usr/share/locale/{language}@*") }),
    ];

    /// <summary>The rules as options of dpkg.</summary>
    public IEnumerable<string> DpkgOptions => rules.Select(rule => (rule.Exclude ? "--path-exclude=" : "--path-include=") + rule.Pattern);

    /// <summary>Whether a file is left out.</summary>
    /// <param name="path">The absolute path in the package.</param>
    /// <param name="leadsOn">Whether it is a directory or a symbolic link, which an included file may be below of.</param>
    public bool Excludes(string path, bool leadsOn)
    {
        var excluded = false;
        foreach (var (exclude, pattern) in rules)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false))
            {
                excluded = exclude;
            }
        }

        // dpkg keeps these by the same rule (filter_should_skip in its source), and packages that dpkg unpacks itself must not differ.
        return excluded && !(leadsOn && rules.Any(rule => !rule.Exclude && path.StartsWith(rule.Pattern[..(rule.Pattern + "*").IndexOf('*')].TrimEnd('/'), StringComparison.Ordinal)));
    }
}
