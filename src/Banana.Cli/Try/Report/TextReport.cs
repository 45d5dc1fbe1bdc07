// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Vm;
using Banana.Foundation.Progress;

namespace Banana.Cli.Try.Report;

/// <summary>The report for the terminal: about twenty lines.</summary>
internal static class TextReport
{
    /// <summary>The lines.</summary>
    /// <param name="report">The report.</param>
    /// <param name="html">The file with the long one, as the user would name it.</param>
    /// <param name="paint">Puts a text into a colour (an SGR sequence), or does not.</param>
    public static IEnumerable<string> Of(TryReport report, string html, Func<string, string, string> paint)
    {
        var healthy = report.Boot.Verdict.IsHealthy;
        var cached = report.Steps.Count(step => step.Cached);
        var parts = report.Manifest.Parts.Where(part => TryReport.IsDownloaded(part.Role)).Select(part => $"{TryReport.Describe(part.Role)} {ByteSize.Format(part.Size)}");
        yield return string.Empty;
        yield return $"{paint(report.Name, "1")}: {(healthy ? paint("built, booted, healthy", "1;32") : paint("built, but not healthy", "1;31"))}";
        yield return $"  built      in {HealthText.Seconds(report.BuildTime)}, {cached} of {report.Steps.Count} steps from the cache";
        yield return $"  packages   {report.Packages} from {report.Manifest.Base} {report.Manifest.Suite}";
        yield return $"  download   {ByteSize.Format(report.DownloadSize)}: {string.Join(", ", parts)}";
        yield return $"  boot       {HealthText.Seconds(BootTime(report))} with {report.Boot.Acceleration}: {string.Join(", ", BootTimeline.Of(report.Boot).Select(stage => $"{stage.Name} {HealthText.Seconds(stage.Duration)}"))}";
        foreach (var check in report.Boot.Verdict.Checks)
        {
            yield return $"  {(check.Passed ? paint("✓", "1;32") : paint("✗", "1;31"))} {check.Name,-18} {check.Detail}";
        }

        if (report.Update is { } update)
        {
            yield return $"  update     to {update.To}, {update.Packages} packages changed:";
            foreach (var way in update.Ways)
            {
                yield return $"    {way.Name,-16} {ByteSize.Format(way.Bytes),10} in {way.Requests} request{(way.Requests == 1 ? string.Empty : "s")}   {way.What}";
            }
        }

        if (report.Story is { } story)
        {
            yield return "  the life of a device:";
            foreach (var happened in story.Events)
            {
                yield return $"    {(happened.IsGood ? paint("✓", "1;32") : paint("✗", "1;31"))} {$"{(int)happened.At.TotalMinutes}:{happened.At.Seconds:00}",6}  {happened.What}";
            }

            foreach (var line in story.History)
            {
                yield return $"      {paint(line, "2")}";
            }
        }

        yield return $"  report     {html}";
        yield return string.Empty;
        foreach (var (command, what) in report.NextSteps().Take(2))
        {
            yield return $"  {paint(command, "1")}   {what}";
        }
    }

    /// <summary>From power-on to the end of the boot.</summary>
    public static TimeSpan BootTime(TryReport report) => BootTimeline.Of(report.Boot) is { Count: > 0 } stages ? stages[^1].Start + stages[^1].Duration : TimeSpan.Zero;
}
