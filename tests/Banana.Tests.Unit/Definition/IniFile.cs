// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit.Definition;

/// <summary>A line of a file with sections: units (systemd.syntax(7)) and what Flatpak reads (key files of GLib).</summary>
/// <param name="Section">The section.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
internal sealed record IniLine(string Section, string Key, string Value)
{
    /// <summary>Reads a file; anything that is no section, assignment or comment is an error.</summary>
    public static IReadOnlyList<IniLine> Read(string file)
    {
        List<IniLine> lines = [];
        var section = string.Empty;
        foreach (var line in File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] is not ('#' or ';')))
        {
            if (line[0] == '[' && line[^1] == ']')
            {
                section = line[1..^1];
            }
            else
            {
                var at = line.IndexOf('=', StringComparison.Ordinal);
                Assert.True(at > 0 && section.Length > 0, $"{file}: '{line}' is no assignment in a section");
                lines.Add(new IniLine(section, line[..at].Trim(), line[(at + 1)..].Trim()));
            }
        }

        return lines;
    }
}
