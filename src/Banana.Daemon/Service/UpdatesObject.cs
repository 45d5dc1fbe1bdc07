// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bus;
using Banana.Daemon.Conditions;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Updating;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Service;

/// <summary>The object that <c>bananactl</c>, the pages of System Settings and everybody else talk to (dbus/org.kde.banana1.Updates.xml).</summary>
/// <param name="bus">The bus.</param>
/// <param name="device">The device.</param>
/// <param name="jobs">The job that is at work.</param>
internal sealed class UpdatesObject(BusConnection bus, RunningDevice device, JobBoard jobs)
{
    /// <summary>The name on the bus.</summary>
    public const string Name = "org.kde.banana1";

    /// <summary>The object.</summary>
    public const string Path = "/org/kde/banana1";

    /// <summary>The interface.</summary>
    public const string Interface = "org.kde.banana1.Updates";

    /// <summary>Flag of Update: only fetch.</summary>
    public const ulong DownloadOnly = 1;

    /// <summary>Flag of Update: nobody waits for it; it does not begin while updates are paused, on battery, or on a network that costs.</summary>
    public const ulong Background = 2;

    /// <summary>The interface, as it is exported.</summary>
    public BusInterface Describe() => new BusInterface(Interface)
        .Method("Describe", string.Empty, "status:s", _ => Task.FromResult<object[]>([Json(device.Reporter.Status(device.Settings.Read()), ReportJson.Readable.DeviceStatus)]))
        .Method("History", "most:u", "events:s", call => Task.FromResult<object[]>([History(call.Values.Get<uint>(0))]))
        .Method("Check", "version:s packages:b", "report:s", CheckAsync)
        .Method("Update", "version:s flags:t", "job:o", UpdateAsync)
        .Method("RollBack", "reason:s", "version:s", RollBackAsync)
        .Method("Pause", "until:x", PauseAsync)
        .Property("Version", "s", () => device.System.Version.ToString(), change: BusChange.Never)
        .Property("Edition", "s", () => device.System.Edition, change: BusChange.Never)
        .Property("Staged", "s", () => device.Reporter.Status(new UpdateSettings()).Staged?.ToString() ?? string.Empty)
        .Property("Job", "o", () => JobBoard.PathOf(jobs.Current));

    private async Task<object[]> CheckAsync(BusCall call)
    {
        await Polkit.CheckAsync(call, Actions.Check);
        var check = await device.Updater.CheckAsync(VersionOf(call.Values.Get<string>(0)), call.Cancellation);
        var packages = call.Values.Get<bool>(1) && check.Offer is { } offer ? await device.Updater.PackagesAsync(offer, call.Cancellation) : null;
        return [Json(device.Reporter.Update(check, packages is null ? null : Installed(), packages), ReportJson.Readable.UpdateReport)];
    }

    private async Task<object[]> UpdateAsync(BusCall call)
    {
        const ulong All = DownloadOnly | Background;
        var (version, flags) = (VersionOf(call.Values.Get<string>(0)), call.Values.Get<ulong>(1));
        if ((flags & ~All) != 0)
        {
            throw new BusException(BusErrors.InvalidArgs, $"there are no flags 0x{flags & ~All:x}");
        }

        await Polkit.CheckAsync(call, version is null ? Actions.Update : Actions.UpdateToVersion);
        if ((flags & Background) != 0)
        {
            await BackgroundConditions.RequireAsync(bus, device, call.Cancellation);
        }

        var job = await jobs.BeginAsync(new() { Version = version, DownloadOnly = (flags & DownloadOnly) != 0, IsBackground = (flags & Background) != 0 }, call);
        return [JobBoard.PathOf(job)];
    }

    private async Task<object[]> RollBackAsync(BusCall call)
    {
        // Pages of System Settings cannot say that they may be interrupted by a question, and nobody goes back but at a person's wish.
        await Polkit.CheckAsync(call, Actions.RollBack, mayInteract: true);
        var reason = call.Values.Get<string>(0).ReplaceLineEndings(" ").Trim();
        using var held = device.TakeUpdateLock();
        var next = device.Boots.RollBack(reason.Length == 0 ? "the user went back" : reason[..Math.Min(reason.Length, 500)]);
        await jobs.TellAsync();
        return [next.Version.ToString()];
    }

    private async Task PauseAsync(BusCall call)
    {
        await Polkit.CheckAsync(call, Actions.Pause);
        var until = call.Values.Get<long>(0);
        if (until is < 0 or > 253402300799)
        {
            throw new BananaException(ExitCode.BadInput, $"{until} is no time", next: "give seconds since 1970, or 0 to go on");
        }

        device.History.Change(record => record with { PausedUntil = until == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(until) });
    }

    private string History(uint most) =>
        Json(device.History.Read().Events.TakeLast((int)Math.Min(most, int.MaxValue)).ToList(), ReportJson.Readable.IReadOnlyListDeviceEvent);

    private PackageList? Installed()
    {
        var path = System.IO.Path.Combine(device.Root, "usr", PackageList.PathInImage);
        return File.Exists(path) ? PackageList.Read(path) : null;
    }

    /// <summary>The version that a caller names; null: it named none.</summary>
    public static ReleaseVersion? VersionOf(string text) =>
        text.Length == 0 ? null
        : ReleaseVersion.TryParse(text, out var version) ? version
        : throw new BananaException(ExitCode.Usage, $"'{text}' is not a version", next: "versions are YYYYMMDD.N, for example 20261126.1");

    private static string Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
