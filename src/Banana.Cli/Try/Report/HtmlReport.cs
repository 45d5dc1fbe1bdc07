// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Cli.Vm;
using Banana.Foundation.Files;
using Banana.Foundation.Progress;

namespace Banana.Cli.Try.Report;

/// <summary>The report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere. Light and dark as the reader's desktop is.</summary>
internal static class HtmlReport
{
    /// <summary>Writes the file, whole or not at all.</summary>
    public static Task WriteAsync(TryReport report, string path, CancellationToken cancellation) => AtomicFile.WriteAsync(path, Render(report), cancellation);

    /// <summary>The text of the file.</summary>
    public static string Render(TryReport report)
    {
        var healthy = report.Boot.Verdict.IsHealthy;
        var title = $"{report.Name}: {(healthy ? "healthy" : "not healthy")}";
        var html = new HtmlText();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Raw($"<title>{HtmlText.Escape(title)}</title>\n<style>\n{Style()}</style>\n</head>\n<body>\n");
        Header(html, report, healthy);
        html.Raw("<main>\n");
        Cards(html, report);
        HtmlStory.Write(html, report);
        HtmlSections.Health(html, report);
        HtmlSections.Build(html, report);
        HtmlSections.Boot(html, report);
        HtmlSections.Parts(html, report);
        HtmlSections.Update(html, report);
        HtmlSections.Screen(html, report);
        HtmlSections.Next(html, report);
        HtmlLog.Write(html, report.Boot.Serial);
        html.Raw("</main>\n");
        html.Raw($"<footer>Made by <b>banana try</b> on {report.At.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)} · release in <code>{HtmlText.Escape(report.Directory)}</code></footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Header(HtmlText html, TryReport report, bool healthy)
    {
        var failed = report.Boot.Verdict.Checks.Count(check => !check.Passed);
        var passed = report.Boot.Verdict.Checks.Count - failed;
        var verdict = healthy ? "Built, booted, healthy"
            : report.Boot.Health is null ? "Built, but it did not boot to the end"
            : "Built and booted, but not healthy";
        var detail = healthy ? $"All {passed} checks of the running system passed." : string.Join(" · ", report.Boot.Verdict.Reasons.Select(Clip).Take(3));
        html.Raw($"<header class=\"{(healthy ? "good" : "bad")}\">\n<div class=\"verdict\">{(healthy ? HtmlText.Tick : HtmlText.Cross)}</div>\n<div>\n");
        html.Raw($"<p class=\"eyebrow\">{HtmlText.Escape(verdict)}</p>\n<h1>{HtmlText.Escape(report.Name)}</h1>\n<p>{HtmlText.Escape(detail)}</p>\n</div>\n</header>\n");
    }

    private static void Cards(HtmlText html, TryReport report)
    {
        var cached = report.Steps.Count(step => step.Cached);
        html.Raw("<section class=\"cards\">\n");
        Card("Build", HtmlText.Duration(report.BuildTime), $"{report.Steps.Count} steps, {cached} from the cache");
        Card("First boot", HtmlText.Duration(TextReport.BootTime(report)), report.Boot.Acceleration);
        Card("Download", ByteSize.Format(report.DownloadSize), "what a device fetches");
        Card("Packages", report.Packages.ToString(CultureInfo.InvariantCulture), $"{report.Manifest.Base} {report.Manifest.Suite}");
        html.Raw("</section>\n");

        void Card(string name, string value, string note) =>
            html.Raw($"<div class=\"card\"><p class=\"label\">{HtmlText.Escape(name)}</p><p class=\"value\">{HtmlText.Escape(value)}</p><p class=\"note\">{HtmlText.Escape(note)}</p></div>\n");
    }

    private static string Clip(string text) => text.Length <= 240 ? text : text[..240] + "…";

    private static string Style()
    {
        using var style = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!);
        return style.ReadToEnd();
    }
}
