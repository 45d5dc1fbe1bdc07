// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Bases.Debian;

/// <summary>
/// A paragraph of a Debian control file (deb822(5)):
/// <code>
/// Package: bash
/// Essential: yes
/// Depends: base-files (>= 2.1.12),
///  debianutils (>= 5.6-0.1)
/// </code>
/// </summary>
internal sealed class ControlStanza
{
    private readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);

    private ControlStanza(string text) => Text = text;

    /// <summary>The paragraph as it was written, with a final line end.</summary>
    public string Text { get; }

    /// <summary>The value of a field, with its continuation lines; null when it is not there.</summary>
    public string? this[string field] => fields.GetValueOrDefault(field);

    /// <summary>Reads paragraphs, separated by empty lines. Comment lines are skipped.</summary>
    public static IEnumerable<ControlStanza> ParseAll(TextReader reader)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.AsSpan().IsWhiteSpace())
            {
                if (lines.Count > 0)
                {
                    yield return From(lines);
                    lines.Clear();
                }
            }
            else if (line[0] != '#')
            {
                lines.Add(line);
            }
        }

        if (lines.Count > 0)
        {
            yield return From(lines);
        }
    }

    /// <summary>Reads the paragraphs of a text.</summary>
    public static IReadOnlyList<ControlStanza> ParseAll(string text)
    {
        using var reader = new StringReader(text);
        return [.. ParseAll(reader)];
    }

    private static ControlStanza From(List<string> lines)
    {
        var stanza = new ControlStanza(string.Join('\n', lines) + "\n");
        string? field = null;
        var value = new StringBuilder();
        foreach (var line in lines)
        {
            if (line[0] is ' ' or '\t')
            {
                value.Append('\n').Append(line.AsSpan().Trim());
                continue;
            }

            Store();
            var colon = line.IndexOf(':');
            field = colon < 0 ? null : line[..colon];
            value.Clear().Append(colon < 0 ? [] : line.AsSpan(colon + 1).Trim());
        }

        Store();
        return stanza;

        void Store()
        {
            if (field is not null)
            {
                stanza.fields[field] = value.ToString();
            }
        }
    }
}
