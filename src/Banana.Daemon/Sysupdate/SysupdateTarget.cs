// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.Service;
using Banana.Device.Reports;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Updating;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Publishing;

namespace Banana.Daemon.Sysupdate;

/// <summary>
/// The system as a target of sysupdate: what <c>updatectl</c> and Discover see. The updates behind it are those of <see cref="UpdatesObject"/>.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="jobs">The job that is at work.</param>
internal sealed class SysupdateTarget(RunningDevice device, JobBoard jobs)
{
    // SD_SYSUPDATE_OFFLINE: nothing is asked of a server.
    private const ulong Offline = 1;

    // What Discover shows of the system, as an AppStream catalog. It skips a target that has none.
    private const string AppStream = "usr/share/banana/appstream.xml";

    // The last Acquire, until an Install made use of it. A service that left in the meantime has none.
    private UpdateJob? acquired;

    /// <summary>Where catalogs of it are.</summary>
    public IReadOnlyList<string> AppStreamAddresses => Path.Combine(device.Root, AppStream) is var path && File.Exists(path) ? [new Uri(path).AbsoluteUri] : [];

    /// <summary>The interface, as it is exported.</summary>
    public BusInterface Describe() => new BusInterface(SysupdateNames.Target) { HasPlainErrors = true }
        .Method("List", "flags:t", "versions:as", call => SysupdateErrors.ExplainAsync(() => ListAsync(call)))
        .Method("Describe", "version:s flags:t", "json:s", call => SysupdateErrors.ExplainAsync(() => DescribeAsync(call)))
        .Method("CheckNew", string.Empty, "new_version:s", call => SysupdateErrors.ExplainAsync(() => CheckNewAsync(call)))
        .Method("Acquire", "new_version:s flags:t", "new_version:s job_id:t job_path:o", call => SysupdateErrors.ExplainAsync(() => AcquireAsync(call)))
        .Method("Install", "new_version:s flags:t", "new_version:s job_id:t job_path:o", call => SysupdateErrors.ExplainAsync(() => InstallAsync(call)))
        .Method("Update", "new_version:s flags:t", "new_version:s job_id:t job_path:o", call => SysupdateErrors.ExplainAsync(() => UpdateAsync(call)))
        .Method("Vacuum", string.Empty, "instances:u disabled_transfers:u", call => SysupdateErrors.ExplainAsync(() => VacuumAsync(call)))
        .Method("GetAppStream", string.Empty, "appstream:as", _ => Task.FromResult<object[]>([AppStreamAddresses]))
        .Method("GetVersion", string.Empty, "version:s", _ => SysupdateErrors.ExplainAsync(() => Task.FromResult<object[]>([(Status().Staged ?? device.System.Version).ToString()])))
        .Method("ListFeatures", "flags:t", "features:as", call => SysupdateErrors.ExplainAsync(() => ListFeaturesAsync(call)))
        .Method("DescribeFeature", "feature:s flags:t", "json:s", call => throw new BusException(BusErrors.InvalidArgs, $"there is no feature '{call.Values.Get<string>(0)}'"))
        .Method("SetFeatureEnabled", "feature:s enabled:i flags:t", _ => throw new BusException(BusErrors.NotSupported, "this system has no optional features"))
        .Property("Class", "s", () => SysupdateNames.Host, change: BusChange.Never)
        .Property("Name", "s", () => SysupdateNames.Host, change: BusChange.Never)
        .Property("Path", "s", () => "sysupdate.d", change: BusChange.Never);

    private async Task<object[]> ListAsync(BusCall call)
    {
        var flags = FlagsOf(call, 0, allowed: Offline);
        await Polkit.CheckAsync(call, SysupdateNames.Action("check"), Details(("offline", flags == 0 ? "0" : "1")));
        var found = await KnownAsync(flags, call.Cancellation);
        return [found.Select(version => version.Version.ToString()).ToList()];
    }

    private async Task<object[]> DescribeAsync(BusCall call)
    {
        var text = call.Values.Get<string>(0);
        if (text.Length == 0)
        {
            throw new BusException(BusErrors.InvalidArgs, "Version must be specified");
        }

        var flags = FlagsOf(call, 1, allowed: Offline);
        await Polkit.CheckAsync(call, SysupdateNames.Action("check"), Details(("version", text), ("offline", flags == 0 ? "0" : "1")));
        var wanted = UpdatesObject.VersionOf(text);
        var found = (await KnownAsync(flags, call.Cancellation)).FirstOrDefault(version => version.Version == wanted)
            ?? throw new BusException(SysupdateErrors.NotFound, $"there is no version {text}, neither on this machine nor in its channel");
        return [(found.IsAvailable ? await CompleteAsync(found, call.Cancellation) : found).ToJson()];
    }

    private async Task<object[]> CheckNewAsync(BusCall call)
    {
        await Polkit.CheckAsync(call, SysupdateNames.Action("check"), Details(("offline", "0")));
        var check = await device.Updater.CheckAsync(wanted: null, call.Cancellation);
        return [check.Offer is { IsInstalled: false } offer ? offer.Manifest.Version.ToString() : string.Empty];
    }

    private async Task<object[]> AcquireAsync(BusCall call)
    {
        var offer = await OfferAsync(call, await WantedAsync(call));
        var job = await jobs.BeginAsync(new() { Version = offer.Manifest.Version, DownloadOnly = true }, call);
        acquired = job;
        return Reply(offer.Manifest.Version, job);
    }

    private async Task<object[]> InstallAsync(BusCall call)
    {
        var wanted = await WantedAsync(call);
        var known = acquired is { Ended.IsCompleted: true } last && (wanted is null || wanted == last.Wish.Version) ? Interlocked.Exchange(ref acquired, null) : null;
        if (known is not null && await known.Ended is { Code: not ExitCode.Success } failed)
        {
            // updatectl calls this after each Acquire; what could not be fetched is not begun anew behind its back.
            throw new BusException(SysupdateErrors.NameOf(failed.Code), failed.What);
        }

        var version = known?.Wish.Version ?? (await OfferAsync(call, wanted)).Manifest.Version;
        return Reply(version, await jobs.BeginAsync(new() { Version = version }, call));
    }

    // The one step of systemd 257 to 259.
    private async Task<object[]> UpdateAsync(BusCall call)
    {
        var offer = await OfferAsync(call, await WantedAsync(call));
        return Reply(offer.Manifest.Version, await jobs.BeginAsync(new() { Version = offer.Manifest.Version }, call));
    }

    // Two slots, of which one runs, and the other is what the machine falls back to or the room for the next release: nothing is ever left over.
    private static async Task<object[]> VacuumAsync(BusCall call)
    {
        await Polkit.CheckAsync(call, SysupdateNames.Action("vacuum"), Details());
        return [0u, 0u];
    }

    private static Task<object[]> ListFeaturesAsync(BusCall call)
    {
        FlagsOf(call, 0, allowed: 0);
        return Task.FromResult<object[]>([Array.Empty<string>()]);
    }

    private static async Task<ReleaseVersion?> WantedAsync(BusCall call)
    {
        var text = call.Values.Get<string>(0);
        FlagsOf(call, 1, allowed: 0);
        await Polkit.CheckAsync(call, SysupdateNames.Action(text.Length == 0 ? "update" : "update-to-version"), Details(("version", text)));
        return UpdatesObject.VersionOf(text);
    }

    // Clients hear of what is in the way before there is a job.
    private async Task<UpdateOffer> OfferAsync(BusCall call, ReleaseVersion? wanted)
    {
        if (wanted is { } version && Status().Slots.Any(slot => slot.Version == version && slot.State is SlotState.Running or SlotState.Staged))
        {
            throw NothingToDo();
        }

        var check = await device.Updater.CheckAsync(wanted, call.Cancellation);
        return check.Offer is { IsInstalled: false } offer ? offer : throw NothingToDo();
    }

    private static BusException NothingToDo() => new(SysupdateNames.NoCandidate, "this system is up to date");

    // What is installed, and what the channel has that is newer than what runs, the newest first.
    private async Task<IReadOnlyList<VersionDescription>> KnownAsync(ulong flags, CancellationToken cancellation)
    {
        var slots = Status().Slots.Where(slot => slot is { Version: not null, State: not SlotState.Free }).ToList();
        var offered = flags == Offline ? [] : await device.Updater.ListAsync(cancellation);
        var available = offered.Where(entry => entry.Withdrawn is null && (entry.Version > device.System.Version || slots.Any(slot => slot.Version == entry.Version))).Select(entry => entry.Version).ToHashSet();
        var all = slots.Select(slot => slot.Version!.Value).Union(available).OrderDescending().ToList();
        return [.. all.Select(version => new VersionDescription { Version = version, IsNewest = version == all[0], IsAvailable = available.Contains(version), Slot = slots.Find(slot => slot.Version == version) })];
    }

    private async Task<VersionDescription> CompleteAsync(VersionDescription found, CancellationToken cancellation)
    {
        var repository = device.Settings.Read().Repository;
        var isAddress = Uri.TryCreate(repository, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        return found with
        {
            Manifest = await device.Updater.FindAsync(found.Version, cancellation),
            Changes = isAddress ? $"{repository!.TrimEnd('/')}/{RepositoryLayout.Release(device.System.Edition, found.Version)}{ReleaseChanges.FileName}" : null,
        };
    }

    private DeviceStatus Status() => device.Reporter.Status(new UpdateSettings());

    private static object[] Reply(ReleaseVersion version, UpdateJob job) => [version.ToString(), (ulong)job.Number, SysupdateNames.JobPath(job.Number)];

    private static ulong FlagsOf(BusCall call, int index, ulong allowed)
    {
        var flags = call.Values.Get<ulong>(index);
        return (flags & ~allowed) == 0 ? flags : throw new BusException(BusErrors.InvalidArgs, allowed == 0 ? "Flags must be 0" : "Invalid flags specified");
    }

    // What a rule of polkit may look at, as sysupdated gives it.
    private static Dictionary<string, string> Details(params (string Key, string Value)[] more) =>
        more.Prepend(("name", SysupdateNames.Host)).Prepend(("class", SysupdateNames.Host)).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);
}
