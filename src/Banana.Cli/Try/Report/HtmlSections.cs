// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Foundation.Progress;
using Banana.Vm.Health;

namespace Banana.Cli.Try.Report;

/// <summary>The sections of the HTML report.</summary>
internal static class HtmlSections
{
    private const int SlowestShown = 5;

    /// <summary>Each check with what was found, what the system is, and what went wrong in it.</summary>
    public static void Health(HtmlText html, TryReport report)
    {
        html.Raw("<section>\n<h2>Health</h2>\n<ul class=\"checks\">\n");
        foreach (var check in report.Boot.Verdict.Checks)
        {
            html.Raw($"<li class=\"{(check.Passed ? "good" : "bad")}\"><i>{(check.Passed ? HtmlText.Tick : HtmlText.Cross)}</i><b>{HtmlText.Escape(check.Name)}</b><span>{HtmlText.Escape(check.Detail)}</span></li>\n");
        }

        html.Raw("</ul>\n");
        if (report.Boot.Health is { } health)
        {
            Facts(html, health);
            Failures(html, health);
        }

        html.Raw("</section>\n");
    }

    /// <summary>The steps of the build beside each other in time.</summary>
    public static void Build(HtmlText html, TryReport report)
    {
        if (report.Steps.Count == 0)
        {
            return;
        }

        var begin = report.Steps.Min(step => step.Start);
        html.Raw("<section>\n<h2>Build</h2>\n<table class=\"bars\">\n<thead><tr><th>Step</th><th class=\"wide\">When</th><th class=\"number\">Time</th><th>Result</th></tr></thead>\n<tbody>\n");
        foreach (var step in report.Steps)
        {
            var time = step.Cached ? "<span class=\"tag\">cached</span>" : HtmlText.Duration(step.Duration);
            html.Raw($"<tr><th scope=\"row\">{HtmlText.Escape(step.Name)}</th><td>{Bar(step.Start - begin, step.Duration, report.BuildTime, step.Cached ? "cached" : "step")}</td><td class=\"number\">{time}</td><td class=\"dim\">{HtmlText.Escape(step.Result)}</td></tr>\n");
        }

        html.Raw($"<tr class=\"sum\"><th scope=\"row\">in all</th><td></td><td class=\"number\">{HtmlText.Duration(report.BuildTime)}</td><td class=\"dim\">steps may run side by side</td></tr>\n</tbody>\n</table>\n</section>\n");
    }

    /// <summary>The stages of the boot, and the units that took longest.</summary>
    public static void Boot(HtmlText html, TryReport report)
    {
        var stages = BootTimeline.Of(report.Boot);
        var whole = TextReport.BootTime(report);
        html.Raw($"<section>\n<h2>First boot</h2>\n<p class=\"dim\">{HtmlText.Escape(BootIntroduction(report))}</p>\n<div class=\"stages\" aria-hidden=\"true\">");
        for (var index = 0; index < stages.Count; index++)
        {
            html.Raw($"<span class=\"stage{index}\" style=\"flex-grow:{Math.Max(0.001, stages[index].Duration.TotalSeconds).ToString("0.###", CultureInfo.InvariantCulture)}\"></span>");
        }

        html.Raw("</div>\n<ol class=\"legend\">\n");
        for (var index = 0; index < stages.Count; index++)
        {
            html.Raw($"<li><i class=\"stage{index}\"></i>{HtmlText.Escape(stages[index].Name)} <b>{HtmlText.Duration(stages[index].Duration)}</b></li>\n");
        }

        html.Raw($"<li class=\"total\">in all <b>{HtmlText.Duration(whole)}</b></li>\n</ol>\n");
        if (report.Boot.Health is { Slowest.Count: > 0 } health)
        {
            var slowest = health.Slowest[0].Time;
            html.Raw("<h3>Slowest services</h3>\n<table class=\"bars units\">\n<tbody>\n");
            foreach (var unit in health.Slowest.Take(SlowestShown))
            {
                html.Raw($"<tr><th scope=\"row\">{HtmlText.Escape(unit.Unit)}</th><td class=\"wide\">{Bar(TimeSpan.Zero, unit.Time, slowest, "unit")}</td><td class=\"number\">{HtmlText.Duration(unit.Time)}</td></tr>\n");
            }

            html.Raw("</tbody>\n</table>\n");
        }

        html.Raw("</section>\n");
    }

    /// <summary>The sizes of the parts.</summary>
    public static void Parts(HtmlText html, TryReport report)
    {
        var largest = report.Manifest.Parts.Where(part => TryReport.IsDownloaded(part.Role)).Select(part => part.Size).DefaultIfEmpty(1).Max();
        html.Raw("<section>\n<h2>Parts of the release</h2>\n<table class=\"bars\">\n<thead><tr><th>Part</th><th class=\"wide\">Size</th><th class=\"number\"></th><th>File</th></tr></thead>\n<tbody>\n");
        foreach (var part in report.Manifest.Parts)
        {
            // The partition and the disk hold the parts above, and much free room: a bar of theirs would tell nothing.
            var bar = TryReport.IsDownloaded(part.Role)
                ? $"<div class=\"track\"><span class=\"bar part\" style=\"width:{HtmlText.Percent(part.Size, largest)}\"></span></div>"
                : part.Size > largest ? "<span class=\"dim\">holds the parts above, and free room</span>" : string.Empty;
            html.Raw($"<tr><th scope=\"row\">{HtmlText.Escape(TryReport.Describe(part.Role))}</th><td>{bar}</td><td class=\"number\">{ByteSize.Format(part.Size)}</td><td class=\"dim file\">{HtmlText.Escape(part.File)}</td></tr>\n");
        }

        var image = report.Manifest.Image;
        html.Raw($"<tr class=\"sum\"><th scope=\"row\">download</th><td></td><td class=\"number\">{ByteSize.Format(report.DownloadSize)}</td><td class=\"dim\">erofs {HtmlText.Escape(image.Compressor)}, clusters of {ByteSize.Format(image.ClusterSize)}</td></tr>\n</tbody>\n</table>\n");
        html.Raw($"<p class=\"dim hash\">root hash <code>{HtmlText.Escape(report.Manifest.RootHash)}</code></p>\n</section>\n");
    }

    /// <summary>What an update to the next release costs, each way.</summary>
    public static void Update(HtmlText html, TryReport report)
    {
        if (report.Update is not { } update)
        {
            return;
        }

        var dearest = update.Ways.Max(way => way.Bytes);
        html.Raw($"<section>\n<h2>Update to {HtmlText.Escape(update.To.ToString())}</h2>\n<p class=\"dim\">{update.Packages} packages changed. Both releases are published in out/try/repository; this is what a device with {HtmlText.Escape(update.From.ToString())} would fetch of /usr.</p>\n<table class=\"bars\">\n<thead><tr><th>Way</th><th class=\"wide\">Download</th><th class=\"number\"></th><th>What it is</th></tr></thead>\n<tbody>\n");
        foreach (var way in update.Ways)
        {
            var requests = way.Requests == 1 ? "1 request" : string.Create(CultureInfo.InvariantCulture, $"{way.Requests} requests");
            html.Raw($"<tr><th scope=\"row\">{HtmlText.Escape(way.Name)}</th><td><div class=\"track\"><span class=\"bar part\" style=\"width:{HtmlText.Percent(way.Bytes, dearest)}\"></span></div></td><td class=\"number\">{ByteSize.Format(way.Bytes)}</td><td class=\"dim\">{requests}; {HtmlText.Escape(way.What)}</td></tr>\n");
        }

        html.Raw("</tbody>\n</table>\n</section>\n");
    }

    /// <summary>What the screen showed.</summary>
    public static void Screen(HtmlText html, TryReport report)
    {
        if (report.Boot.Screen is { } picture)
        {
            html.Raw($"<section>\n<h2>Screen</h2>\n<img class=\"screen\" alt=\"The screen of the booted system\" src=\"data:image/png;base64,{Convert.ToBase64String(picture.Span)}\">\n</section>\n");
        }
    }

    /// <summary>How to go on.</summary>
    public static void Next(HtmlText html, TryReport report)
    {
        html.Raw("<section>\n<h2>Go on</h2>\n<dl class=\"next\">\n");
        foreach (var (command, what) in report.NextSteps())
        {
            html.Raw($"<dt><code>{HtmlText.Escape(command)}</code></dt><dd>{HtmlText.Escape(what)}</dd>\n");
        }

        html.Raw("</dl>\n</section>\n");
    }

    private static void Facts(HtmlText html, HealthReport health)
    {
        html.Raw("<dl class=\"facts\">\n");
        Fact("System", health.OsField("PRETTY_NAME"));
        Fact("Kernel", health.Kernel);
        Fact("systemd", health.Systemd.Replace("systemd ", string.Empty, StringComparison.Ordinal));
        Fact("Boot loader", health.Loader);
        Fact("Boot entry", health.Entry);
        Fact("Memory used", $"{ByteSize.Format(health.MemoryTotal - health.MemoryAvailable)} of {ByteSize.Format(health.MemoryTotal)}");
        foreach (var (place, mount) in health.Mounts.Where(pair => pair.Value.Target == pair.Key))
        {
            Fact(place, $"{mount.FileSystem} on {mount.Source}{(mount.Size > 0 ? $", {ByteSize.Format(mount.Size)}" : string.Empty)}");
        }

        html.Raw("</dl>\n");

        void Fact(string name, string value)
        {
            if (value.Length > 0)
            {
                html.Raw($"<div><dt>{HtmlText.Escape(name)}</dt><dd>{HtmlText.Escape(value)}</dd></div>\n");
            }
        }
    }

    private static void Failures(HtmlText html, HealthReport health)
    {
        foreach (var unit in health.FailedUnits)
        {
            html.Raw($"<h3>{HtmlText.Escape(unit.Name)}</h3>\n<pre class=\"said\">{HtmlText.Escape(string.Join("\n", unit.Log))}</pre>\n");
        }

        if (health.Errors.Count > 0)
        {
            html.Raw($"<details><summary>Errors in the journal <span class=\"count\">{health.Errors.Count}</span></summary><pre class=\"said\">{HtmlText.Escape(string.Join("\n", health.Errors))}</pre></details>\n");
        }
    }

    private static string BootIntroduction(TryReport report)
    {
        var how = $"With {report.Boot.Acceleration}";
        return report.Boot.ReportedAfter is { } reported
            ? $"{how}; the system reported {HtmlText.Duration(reported)} after power-on."
            : $"{how}; no report came. The stages are those seen on the serial console.";
    }

    private static string Bar(TimeSpan start, TimeSpan duration, TimeSpan whole, string kind) =>
        $"<div class=\"track\"><span class=\"bar {kind}\" style=\"margin-left:{HtmlText.Percent(start.TotalSeconds, whole.TotalSeconds)};width:{HtmlText.Percent(duration.TotalSeconds, whole.TotalSeconds)}\"></span></div>";
}
