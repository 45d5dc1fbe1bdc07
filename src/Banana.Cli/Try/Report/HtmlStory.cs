// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Cli.Try.Report;

/// <summary>The life of the device in the HTML report: what happened, when, and what the screen showed.</summary>
internal static class HtmlStory
{
    /// <summary>Writes the section.</summary>
    public static void Write(HtmlText html, TryReport report)
    {
        if (report.Story is not { } story)
        {
            return;
        }

        html.Raw("<section>\n<h2>The life of a device</h2>\n<p class=\"dim\">One virtual machine, switched on once. Nothing is done to it but what its user does: update, restart.</p>\n<ol class=\"story\">\n");
        foreach (var happened in story.Events)
        {
            html.Raw($"<li class=\"{(happened.IsGood ? "good" : "bad")}\"><i>{(happened.IsGood ? HtmlText.Tick : HtmlText.Cross)}</i><div><p><b>{HtmlText.Escape(happened.What)}</b> <span class=\"dim\">after {HtmlText.Duration(happened.At)}</span></p>\n");
            if (happened.Details.Count > 0)
            {
                html.Raw($"<pre>{HtmlText.Escape(string.Join('\n', happened.Details))}</pre>\n");
            }

            html.Raw("</div>\n");
            if (happened.Screen is { } picture)
            {
                // Small beside the text, and in full where it is opened.
                html.Raw($"<details class=\"screenshot\"><summary title=\"The screen at this moment\"><img class=\"screen\" alt=\"The screen at this moment\" src=\"data:image/png;base64,{Convert.ToBase64String(picture)}\"></summary></details>\n");
            }

            html.Raw("</li>\n");
        }

        html.Raw("</ol>\n");
        if (story.History.Count > 0)
        {
            html.Raw($"<h3>What the device tells of it (bananactl history)</h3>\n<pre>{HtmlText.Escape(string.Join('\n', story.History))}</pre>\n");
        }

        html.Raw("</section>\n");
    }
}
