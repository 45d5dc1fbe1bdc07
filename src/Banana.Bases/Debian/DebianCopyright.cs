// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases.Debian;

/// <summary>
/// Reads the licence of a package from its copyright file, when that has the machine-readable form
/// (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/), and only where the meaning is certain:
/// <code>
/// Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
///
/// Files: *
/// License: GPL-2+ or Expat
/// </code>
/// </summary>
internal static class DebianCopyright
{
    /// <summary>SPDX's word for "not known".</summary>
    public const string Unknown = "NOASSERTION";

    private static readonly Dictionary<string, string> Spdx = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AGPL-3"] = "AGPL-3.0-only",
        ["AGPL-3+"] = "AGPL-3.0-or-later",
        ["Apache-2.0"] = "Apache-2.0",
        ["Artistic"] = "Artistic-1.0-Perl",
        ["Artistic-2.0"] = "Artistic-2.0",
        ["BSD-2-clause"] = "BSD-2-Clause",
        ["BSD-3-clause"] = "BSD-3-Clause",
        ["BSL-1.0"] = "BSL-1.0",
        ["bzip2-1.0.6"] = "bzip2-1.0.6",
        ["CC0-1.0"] = "CC0-1.0",
        ["CC-BY-3.0"] = "CC-BY-3.0",
        ["CC-BY-4.0"] = "CC-BY-4.0",
        ["CC-BY-SA-3.0"] = "CC-BY-SA-3.0",
        ["CC-BY-SA-4.0"] = "CC-BY-SA-4.0",
        ["curl"] = "curl",
        ["EPL-1.0"] = "EPL-1.0",
        ["EPL-2.0"] = "EPL-2.0",
        ["Expat"] = "MIT",
        ["FSFAP"] = "FSFAP",
        ["GFDL-1.3"] = "GFDL-1.3-only",
        ["GFDL-1.3+"] = "GFDL-1.3-or-later",
        ["GPL-1"] = "GPL-1.0-only",
        ["GPL-1+"] = "GPL-1.0-or-later",
        ["GPL-2"] = "GPL-2.0-only",
        ["GPL-2+"] = "GPL-2.0-or-later",
        ["GPL-3"] = "GPL-3.0-only",
        ["GPL-3+"] = "GPL-3.0-or-later",
        ["ISC"] = "ISC",
        ["LGPL-2"] = "LGPL-2.0-only",
        ["LGPL-2+"] = "LGPL-2.0-or-later",
        ["LGPL-2.0"] = "LGPL-2.0-only",
        ["LGPL-2.0+"] = "LGPL-2.0-or-later",
        ["LGPL-2.1"] = "LGPL-2.1-only",
        ["LGPL-2.1+"] = "LGPL-2.1-or-later",
        ["LGPL-3"] = "LGPL-3.0-only",
        ["LGPL-3+"] = "LGPL-3.0-or-later",
        ["MIT"] = "MIT",
        ["MPL-1.1"] = "MPL-1.1",
        ["MPL-2.0"] = "MPL-2.0",
        ["OFL-1.1"] = "OFL-1.1",
        ["OpenSSL"] = "OpenSSL",
        ["PostgreSQL"] = "PostgreSQL",
        ["Python-2.0"] = "Python-2.0",
        ["Unicode-DFS-2016"] = "Unicode-DFS-2016",
        ["Unlicense"] = "Unlicense",
        ["Zlib"] = "Zlib",
    };

    /// <summary>The SPDX identifiers that we know.</summary>
    public static IReadOnlySet<string> SpdxIdentifiers { get; } = Spdx.Values.ToHashSet(StringComparer.Ordinal);

    /// <summary>The licence of the package as an SPDX expression, or "NOASSERTION".</summary>
    public static string LicenseOf(string copyright)
    {
        // The older free-form files begin with a sentence.
        if (!copyright.AsSpan().TrimStart().StartsWith("Format", StringComparison.OrdinalIgnoreCase))
        {
            return Unknown;
        }

        var all = ControlStanza.ParseAll(copyright).FirstOrDefault(stanza => stanza["Files"]?.Trim() == "*");
        return all?["License"] is { } license ? ToSpdx(license.Split('\n')[0].Trim()) : Unknown;
    }

    private static string ToSpdx(string license)
    {
        // A comma changes how "and" and "or" bind in Debian's form, and an exception needs its text to be read.
        if (license.Length == 0 || license.Contains(',') || license.Contains(" with ", StringComparison.OrdinalIgnoreCase))
        {
            return Unknown;
        }

        var words = license.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var expression = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            if (i % 2 == 1 && words[i] is "and" or "or")
            {
                expression.Add(words[i].ToUpperInvariant());
            }
            else if (i % 2 == 0 && Spdx.TryGetValue(words[i], out var id))
            {
                expression.Add(id);
            }
            else
            {
                return Unknown;
            }
        }

        return expression.Count % 2 == 1 ? string.Join(' ', expression) : Unknown;
    }
}
