// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.Service;
using Banana.Device.Running;

namespace Banana.Daemon.Sysupdate;

/// <summary>
/// <c>org.freedesktop.sysupdate1</c> as systemd 262 defines it, for clients that know nothing of us: one target, the system, and the update that is
/// at work as a job, whoever began it (docs/device.md, "Other clients").
/// </summary>
internal sealed class SysupdateService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly BusConnection bus;
    private readonly JobBoard jobs;
    private readonly SysupdateTarget target;
    private BusExport manager = null!;

    private SysupdateService(BusConnection bus, RunningDevice device, JobBoard jobs)
    {
        this.bus = bus;
        this.jobs = jobs;
        target = new SysupdateTarget(device, jobs);
    }

    /// <summary>Puts the objects on the bus, before the name is asked for.</summary>
    public static async Task ExportAsync(BusConnection bus, RunningDevice device, JobBoard jobs, CancellationToken cancellation)
    {
        var service = new SysupdateService(bus, device, jobs);
        service.manager = await bus.ExportAsync(SysupdateNames.ManagerPath, service.Describe(), cancellation);
        await bus.ExportAsync(SysupdateNames.TargetPath, service.target.Describe(), cancellation);
        jobs.OnBegun = service.ShowAsync;
    }

    private BusInterface Describe() => new BusInterface(SysupdateNames.Manager) { HasPlainErrors = true }
        .Method("ListTargets", string.Empty, "targets:a(sso)", _ => Task.FromResult<object[]>([new[] { (SysupdateNames.Host, SysupdateNames.Host, SysupdateNames.TargetPath) }]))
        .Method("ListJobs", string.Empty, "jobs:a(tsuo)", _ => Task.FromResult<object[]>([List()]))
        .Method("ListAppStream", string.Empty, "urls:as", _ => Task.FromResult<object[]>([target.AppStreamAddresses]))
        .Signal("JobRemoved", "id:t path:o status:i");

    private (ulong Id, string Type, uint Progress, string Path)[] List() =>
        jobs.Current is { } job ? [(job.Number, TypeOf(job), Percent(job), SysupdateNames.JobPath(job.Number))] : [];

    private async Task ShowAsync(UpdateJob job)
    {
        var path = SysupdateNames.JobPath(job.Number);
        _ = FollowAsync(job, await bus.ExportAsync(path, Describe(job)));
    }

    private async Task FollowAsync(UpdateJob job, BusExport export)
    {
        try
        {
            var told = 0u;
            while (await Task.WhenAny(job.Ended, Task.Delay(LookEvery)) != job.Ended)
            {
                if (Percent(job) != told)
                {
                    told = Percent(job);
                    await export.EmitChangedAsync("Progress");
                }
            }

            var result = await job.Ended;
            await job.Answered;
            await export.DisposeAsync();
            await manager.EmitAsync("JobRemoved", (ulong)job.Number, export.Path, SysupdateErrors.StatusOf(result.Code));
        }
        catch (BusException)
        {
            // The bus is gone: nobody is there to be told.
        }
    }

    private static BusInterface Describe(UpdateJob job) => new BusInterface(SysupdateNames.Job) { HasPlainErrors = true }
        .Method("Cancel", string.Empty, async call =>
        {
            await Polkit.CheckAsync(call, SysupdateNames.Action("cancel-update"));
            job.Cancel();
        })
        .Property("Id", "t", () => (ulong)job.Number, change: BusChange.Never)
        .Property("Type", "s", () => TypeOf(job), change: BusChange.Never)
        .Property("Offline", "b", () => false, change: BusChange.Never)
        .Property("Progress", "u", () => Percent(job));

    private static string TypeOf(UpdateJob job) => job.Wish.DownloadOnly ? "acquire" : "install";

    // Of what has to be fetched; the last percent is for everything that comes after that.
    private static uint Percent(UpdateJob job)
    {
        var (fetched, all) = (job.Progress.Fetched, job.Progress.ToFetch);
        return all > 0 ? (uint)Math.Clamp(fetched * 99 / all, 0, 99) : 0;
    }
}
