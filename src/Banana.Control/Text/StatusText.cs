// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Foundation.Progress;

namespace Banana.Control.Text;

/// <summary>Reports as text for people.</summary>
internal static class StatusText
{
    /// <summary>The state of a device.</summary>
    public static IEnumerable<string> Of(DeviceStatus status)
    {
        yield return $"{status.Name} ({status.Edition}, {status.Architecture})";
        if (status.FellBack is { } fellBack)
        {
            yield return $"  this machine fell back from {fellBack.Version}: {fellBack.Reason}; that version is not offered again until a newer one is there";
        }

        yield return $"  health    {Health(status.Health)}";
        foreach (var slot in status.Slots)
        {
            yield return $"  slot {slot.Number}    {slot.Version?.ToString() ?? "-",-12} {slot.State.ToString().ToLowerInvariant(),-8} {slot.Why}";
        }

        yield return $"  channel   {(status.Channel is null ? "none is set" : $"{status.Channel} of {status.Repository ?? "no repository"}")}";
        if (status.LastCheck is { } check)
        {
            yield return $"  checked   {Time(check.Time)}: {(check.Problem is { } problem ? problem : check.Version is { } offered ? $"{offered} is offered, {ByteSize.Format(check.Bytes ?? 0)}" : "nothing new")}";
        }

        if (status.PausedUntil is { } until)
        {
            yield return $"  paused    until {Time(until)}";
        }

        if (status.Staged is { } staged)
        {
            yield return $"  restart to use {staged}";
        }
    }

    /// <summary>What happened.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<DeviceEvent> events)
    {
        foreach (var happened in events)
        {
            var what = happened.Kind switch
            {
                DeviceEventKind.Installed => "installed",
                DeviceEventKind.Healthy => "booted, good",
                DeviceEventKind.Unhealthy => "booted, not good",
                DeviceEventKind.FellBack => "fell back from",
                DeviceEventKind.RolledBack => "went back from",
                _ => "update failed",
            };
            var more = string.Join("; ", new[] { happened.Bytes is { } bytes ? $"{ByteSize.Format(bytes)} fetched" : null, happened.Reason, happened.Kind == DeviceEventKind.Healthy ? Names(happened.Checks) : null }.OfType<string>().Where(text => text.Length > 0));
            yield return $"{Time(happened.Time)}  {what,-16} {happened.Version,-12} {more}".TrimEnd();
        }
    }

    /// <summary>What is offered.</summary>
    public static IEnumerable<string> Of(UpdateReport report)
    {
        if (report.Withdrawn is { } withdrawn)
        {
            yield return $"{report.From}, which runs, was withdrawn: {withdrawn}";
        }

        foreach (var passed in report.PassedOver.Where(passed => passed.Version != report.To))
        {
            yield return $"{passed.Version} is not offered here: {passed.Reason}";
        }

        if (report.To is not { } offered)
        {
            yield return $"{report.From} is up to date";
            yield break;
        }

        yield return report.IsInstalled ? $"{offered} is installed: restart to use it" : $"{offered} is offered: {ByteSize.Format(report.Bytes)} to fetch ({ByteSize.Format(report.WholeBytes)} whole)";
        if (report.Packages is { } packages)
        {
            foreach (var change in packages)
            {
                yield return change switch
                {
                    { Before: null } => $"  + {change.Name} {change.After}",
                    { After: null } => $"  - {change.Name} {change.Before}",
                    _ => $"    {change.Name} {change.Before} -> {change.After}",
                };
            }

            yield return $"  {packages.Count} package{(packages.Count == 1 ? string.Empty : "s")} changed";
        }
    }

    /// <summary>How far an update is.</summary>
    public static string Of(UpdateProgress progress)
    {
        var step = progress.Total > 0 ? $"{progress.Step}: {100 * progress.Done / progress.Total} %" : progress.Step;
        var left = progress.SecondsLeft > 0 ? $", {TimeSpan.FromSeconds(progress.SecondsLeft):m\\:ss} left" : string.Empty;
        return progress.ToFetch > 0 ? $"{step}  {ByteSize.Format(progress.Fetched)} of {ByteSize.Format(progress.ToFetch)}, {ByteSize.Format(progress.Rate)}/s{left}" : step;
    }

    private static string Health(BootHealth health) => health.IsGood switch
    {
        null => "this boot is still being looked at",
        true => $"good ({Names(health.Checks)})",
        false => $"not good: {string.Join("; ", health.Checks.Where(check => check.Problem is not null).Select(check => $"{check.Name}: {check.Problem}"))}",
    };

    private static string Names(IReadOnlyList<CheckVerdict> checks) => string.Join(", ", checks.Select(check => check.Name));

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
