// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Running;
using Banana.Device.Updating;

namespace Banana.Daemon.Service;

/// <summary>The job that is at work, as an object on the bus, whoever began it.</summary>
/// <param name="bus">The bus.</param>
/// <param name="device">The device.</param>
internal sealed class JobBoard(BusConnection bus, RunningDevice device)
{
    /// <summary>Where the objects are.</summary>
    public const string Folder = "/org/kde/banana1/job";

    /// <summary>The interface (dbus/org.kde.banana1.Job.xml).</summary>
    public const string Interface = "org.kde.banana1.Job";

    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(500);
    private readonly Lock turn = new();
    private uint last;

    /// <summary>The job that is at work; null: none.</summary>
    public UpdateJob? Current { get; private set; }

    /// <summary>Called when a job began or ended, or another release boots next; null: nobody is.</summary>
    public Func<Task>? OnChanged { get; set; }

    /// <summary>Called with a job that has begun, before its caller has the reply; null: nobody is.</summary>
    public Func<UpdateJob, Task>? OnBegun { get; set; }

    /// <summary>The path of a job's object.</summary>
    public static string PathOf(UpdateJob? job) => job is null ? "/" : $"{Folder}/_{job.Number}";

    /// <summary>Begins an update and gives it an object.</summary>
    /// <param name="wish">What is wanted.</param>
    /// <param name="call">Who wants it.</param>
    public async Task<UpdateJob> BeginAsync(UpdateWish wish, BusCall call)
    {
        UpdateJob job;
        lock (turn)
        {
            job = UpdateJob.Begin(device, wish, ++last, call.Answered);
            Current = job;
        }

        var export = await bus.ExportAsync(PathOf(job), Describe(job));
        _ = FollowAsync(job, export);
        if (OnBegun is { } begun)
        {
            await begun(job);
        }

        await TellAsync();
        return job;
    }

    /// <summary>Tells that another release boots next, or another job is at work.</summary>
    public Task TellAsync() => OnChanged?.Invoke() ?? Task.CompletedTask;

    private async Task FollowAsync(UpdateJob job, BusExport export)
    {
        try
        {
            while (await Task.WhenAny(job.Ended, Task.Delay(TellEvery)) != job.Ended)
            {
                await export.EmitChangedAsync("Step", "Done", "Total", "Unit", "Fetched", "ToFetch", "Rate", "SecondsLeft");
            }

            var result = await job.Ended;
            await job.Answered;
            await export.EmitAsync("Finished", (int)result.Code, result.What, result.Where, result.Next, result.Report, (ulong)result.Fetched);
        }
        catch (BusException)
        {
            // The bus is gone: nobody is there to be told.
        }
        finally
        {
            await job.Ended;
            lock (turn)
            {
                Current = null;
            }

            await export.DisposeAsync();
            await TellAsync();
            job.Dispose();
        }
    }

    private static BusInterface Describe(UpdateJob job)
    {
        var progress = job.Progress;
        return new BusInterface(Interface)
            .Method("Cancel", string.Empty, async call =>
            {
                await Polkit.CheckAsync(call, Actions.Update);
                job.Cancel();
            })
            .Property("Version", "s", () => job.Wish.Version?.ToString() ?? string.Empty, change: BusChange.Never)
            .Property("Step", "s", () => progress.Step)
            .Property("Done", "t", () => (ulong)progress.Done)
            .Property("Total", "t", () => (ulong)progress.Total)
            .Property("Unit", "s", () => progress.Unit)
            .Property("Fetched", "t", () => (ulong)progress.Fetched)
            .Property("ToFetch", "t", () => (ulong)progress.ToFetch)
            .Property("Rate", "t", () => (ulong)progress.Rate)
            .Property("SecondsLeft", "u", () => progress.SecondsLeft)
            .Signal("Finished", "code:i what:s where:s next:s report:s fetched:t");
    }
}
