// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Reports;
using Banana.Device.Running;
using Banana.Device.Updating;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Service;

/// <summary>How a job ended.</summary>
/// <param name="Code">The exit code that stands for it.</param>
/// <param name="What">What went wrong; empty: nothing.</param>
/// <param name="Where">Where.</param>
/// <param name="Next">What the user can do.</param>
/// <param name="Report">The update as JSON (<see cref="UpdateReport"/>); empty when it failed.</param>
/// <param name="Fetched">The bytes that were fetched.</param>
internal sealed record JobResult(ExitCode Code, string What, string Where, string Next, string Report, long Fetched);

/// <summary>An update at work. There is one at a time in a machine.</summary>
internal sealed class UpdateJob : IDisposable
{
    private readonly RunningDevice device;
    private readonly CancellationTokenSource stop = new();

    private UpdateJob(RunningDevice device, UpdateWish wish, uint number, Task answered)
    {
        this.device = device;
        Answered = answered;
        Number = number;
        Progress = new(device.Clock);
        Wish = wish with { OnFetched = Progress.OnFetched, OnPlanned = plan => Progress.ToFetch = plan.Bytes };
    }

    /// <summary>Its number, from 1.</summary>
    public uint Number { get; }

    /// <summary>What is wanted.</summary>
    public UpdateWish Wish { get; }

    /// <summary>How far it is.</summary>
    public JobProgress Progress { get; }

    /// <summary>Done when whoever began it knows of it; nobody is told of its end before.</summary>
    public Task Answered { get; }

    /// <summary>How it ends; never throws.</summary>
    public Task<JobResult> Ended { get; private set; } = null!;

    /// <summary>Begins an update.</summary>
    /// <exception cref="BananaException">Another one is at work (<see cref="ExitCode.Busy"/>).</exception>
    public static UpdateJob Begin(RunningDevice device, UpdateWish wish, uint number, Task answered)
    {
        var held = device.TakeUpdateLock();
        var job = new UpdateJob(device, wish, number, answered);
        job.Ended = Task.Run(() => job.RunAsync(held));
        return job;
    }

    /// <summary>Stops it; what was fetched stays, and another update goes on.</summary>
    public void Cancel()
    {
        if (!Ended.IsCompleted)
        {
            stop.Cancel();
        }
    }

    /// <summary>To be called when it has ended.</summary>
    public void Dispose() => stop.Dispose();

    private async Task<JobResult> RunAsync(IDisposable held)
    {
        using (held)
        {
            try
            {
                var outcome = await device.Updater.UpdateAsync(Wish, Progress, stop.Token);
                var report = device.Reporter.Update(outcome.Check, null, null) with { IsInstalled = outcome.Installed is not null || outcome.Check.Offer is { IsInstalled: true } };
                return new(ExitCode.Success, string.Empty, string.Empty, string.Empty, Json(report), outcome.Fetched);
            }
            catch (BananaException error)
            {
                Journal.Write(error.Message);
                return new(error.Code, error.What, error.Where ?? string.Empty, error.Next ?? string.Empty, string.Empty, Progress.Fetched);
            }
            catch (OperationCanceledException)
            {
                return new(ExitCode.Cancelled, "the update was cancelled", string.Empty, "what was fetched is kept; 'bananactl update' goes on", string.Empty, Progress.Fetched);
            }
            catch (Exception error)
            {
                // Whoever waits for the job has to hear of its end, whatever it is.
                Journal.Write(error.ToString());
                return new(ExitCode.Defect, $"{error.GetType().Name}: {error.Message}", string.Empty, "report it with the journal of bananad.service", string.Empty, Progress.Fetched);
            }
        }
    }

    private static string Json(UpdateReport report) => System.Text.Json.JsonSerializer.Serialize(report, ReportJson.Readable.UpdateReport);
}
