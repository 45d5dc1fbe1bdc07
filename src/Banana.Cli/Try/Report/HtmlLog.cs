// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using Banana.Vm.Serial;

namespace Banana.Cli.Try.Report;

/// <summary>The serial log in the HTML report: folded, with the time of each line.</summary>
internal static partial class HtmlLog
{
    /// <summary>A log beyond this is cut in the middle: a machine in a loop must not make a report that no browser opens.</summary>
    private const int MostLines = 5000;

    /// <summary>Writes the section.</summary>
    public static void Write(HtmlText html, IReadOnlyList<SerialLine> lines)
    {
        html.Raw($"<section>\n<h2>Serial log</h2>\n<details><summary>From power-on <span class=\"count\">{lines.Count} lines</span></summary>\n<pre class=\"log\">");
        for (var index = 0; index < lines.Count; index++)
        {
            if (lines.Count > MostLines && index == MostLines / 2)
            {
                var left = lines.Count - MostLines;
                html.Raw($"<span class=\"warn\">… {left} lines left out …</span>\n");
                index += left;
            }

            var (at, text) = (lines[index].At, lines[index].Text);
            html.Raw($"<time>{at.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)}</time>{Paint(text)}\n");
        }

        html.Raw("</pre>\n</details>\n</section>\n");
    }

    private static string Paint(string text)
    {
        var kind = Bad().IsMatch(text) ? "bad" : Good().IsMatch(text) ? "good" : Noted().IsMatch(text) ? "noted" : string.Empty;
        return kind.Length == 0 ? HtmlText.Escape(text) : $"<span class=\"{kind}\">{HtmlText.Escape(text)}</span>";
    }

    [GeneratedRegex(@"^\[(FAILED|DEPEND|[ ]?TIME[ ]?)\]|Kernel panic|: Failed |Failed to (start|mount)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bad();

    [GeneratedRegex(@"^\[\s*OK\s*\]", RegexOptions.None, 1000)]
    private static partial Regex Good();

    [GeneratedRegex("^BdsDxe: |Linux version|Switching root|Welcome to|login:", RegexOptions.None, 1000)]
    private static partial Regex Noted();
}
