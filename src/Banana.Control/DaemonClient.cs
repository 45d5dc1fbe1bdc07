// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banana.Bus;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Foundation.Errors;

namespace Banana.Control;

/// <summary>How a job ended.</summary>
/// <param name="Report">The update.</param>
/// <param name="Fetched">The bytes that were fetched.</param>
public sealed record EndedUpdate(UpdateReport Report, long Fetched);

/// <summary>The daemon, as a client sees it (dbus/org.kde.banana1.*.xml).</summary>
/// <param name="bus">The bus.</param>
public sealed class DaemonClient(BusConnection bus) : IAsyncDisposable
{
    private const string Service = "org.kde.banana1";
    private const string Path = "/org/kde/banana1";
    private const string Updates = "org.kde.banana1.Updates";
    private const string Job = "org.kde.banana1.Job";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    // A check waits for a network, and a question for a password waits for a person.
    private static readonly BusCallOptions Patient = new() { MayInteract = true, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Connects to the system bus.</summary>
    /// <exception cref="BananaException">There is none.</exception>
    public static async Task<DaemonClient> OpenAsync() => new(await BusConnection.OpenSystemAsync());

    /// <summary>The state of this device.</summary>
    public async Task<(DeviceStatus Status, string Json)> StatusAsync(CancellationToken cancellation)
    {
        var json = (await CallAsync("Describe", string.Empty, [], "s", cancellation)).Get<string>(0);
        return (Parse(json, ReportContext.Default.DeviceStatus), json);
    }

    /// <summary>What happened, the oldest first.</summary>
    public async Task<(IReadOnlyList<DeviceEvent> Events, string Json)> HistoryAsync(uint most, CancellationToken cancellation)
    {
        var json = (await CallAsync("History", "u", [most], "s", cancellation)).Get<string>(0);
        return (Parse(json, ReportContext.Default.IReadOnlyListDeviceEvent), json);
    }

    /// <summary>What is offered.</summary>
    public async Task<(UpdateReport Report, string Json)> CheckAsync(string version, bool packages, CancellationToken cancellation)
    {
        var json = (await CallAsync("Check", "sb", [version, packages], "s", cancellation)).Get<string>(0);
        return (Parse(json, ReportContext.Default.UpdateReport), json);
    }

    /// <summary>Goes back to the other release.</summary>
    /// <returns>The version that boots next.</returns>
    public async Task<string> RollBackAsync(string reason, CancellationToken cancellation) => (await CallAsync("RollBack", "s", [reason], "s", cancellation)).Get<string>(0);

    /// <summary>Pauses background updates; null: they go on.</summary>
    public Task PauseAsync(DateTimeOffset? until, CancellationToken cancellation) => CallAsync("Pause", "x", [until?.ToUnixTimeSeconds() ?? 0], string.Empty, cancellation);

    /// <summary>Updates, and waits for the end. When it is cancelled, so is the job.</summary>
    /// <param name="version">The version; empty: the newest that is offered.</param>
    /// <param name="flags">See dbus/org.kde.banana1.Updates.xml.</param>
    /// <param name="onProgress">Told how far it is.</param>
    /// <param name="cancellation">Stops the update.</param>
    /// <exception cref="BananaException">What the daemon says.</exception>
    public async Task<EndedUpdate> UpdateAsync(string version, ulong flags, Action<UpdateProgress> onProgress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(onProgress);
        TaskCompletionSource<string> path = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<EndedUpdate> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // Subscribed before it begins: a job may be over before its path is known here.
        await using var finished = await bus.SubscribeAsync(Service, null, Job, "Finished", async signal =>
        {
            if (signal.Path == await path.Task)
            {
                End(signal.Values, ended);
            }
        }, CancellationToken.None);
        await using var watch = await bus.WatchNameAsync(Service, owner =>
        {
            if (owner is null && path.Task.IsCompleted)
            {
                ended.TrySetException(new BananaException(ExitCode.ToolFailed, "the update service ended in the middle of the update", next: "look at 'journalctl -u bananad'; run the same command again, it goes on"));
            }

            return Task.CompletedTask;
        }, CancellationToken.None);
        path.SetResult((await CallAsync("Update", "st", [version, flags], "o", cancellation)).Get<string>(0));
        await using var cancelled = cancellation.Register(() => _ = CancelAsync(path.Task.Result));
        while (await Task.WhenAny(ended.Task, Task.Delay(LookEvery, CancellationToken.None)) != ended.Task)
        {
            if (await ProgressAsync(path.Task.Result) is { } progress)
            {
                onProgress(progress);
            }
        }

        return await ended.Task;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private static void End(BusValues values, TaskCompletionSource<EndedUpdate> ended)
    {
        var code = (ExitCode)values.Get<int>(0);
        if (code == ExitCode.Success)
        {
            ended.TrySetResult(new(Parse(values.Get<string>(4), ReportContext.Default.UpdateReport), (long)values.Get<ulong>(5)));
            return;
        }

        ended.TrySetException(code == ExitCode.Cancelled
            ? new OperationCanceledException(values.Get<string>(1))
            : new BananaException(code, values.Get<string>(1), Some(values.Get<string>(2)), Some(values.Get<string>(3))));

        static string? Some(string text) => text.Length == 0 ? null : text;
    }

    private async Task CancelAsync(string job)
    {
        try
        {
            await bus.CallAsync(Service, job, Job, "Cancel", string.Empty, [], Patient);
        }
        catch (BusException)
        {
            // It ended meanwhile.
        }
    }

    private async Task<UpdateProgress?> ProgressAsync(string job)
    {
        try
        {
            var values = (await bus.CallAsync(Service, job, "org.freedesktop.DBus.Properties", "GetAll", "s", [Job], new BusCallOptions { Returns = "a{sv}" })).GetDictionary(0);
            return new(Text("Step"), Number("Done"), Number("Total"), Text("Unit"), Number("Fetched"), Number("ToFetch"), Number("Rate"), ((BusVariant)values["SecondsLeft"]).Get<uint>());

            string Text(string key) => ((BusVariant)values[key]).Get<string>();
            long Number(string key) => (long)((BusVariant)values[key]).Get<ulong>();
        }
        catch (BusException)
        {
            return null; // It ended meanwhile.
        }
    }

    private async Task<BusValues> CallAsync(string member, string signature, IReadOnlyList<object> values, string returns, CancellationToken cancellation)
    {
        try
        {
            return await bus.CallAsync(Service, Path, Updates, member, signature, values, Patient with { Returns = returns }, cancellation);
        }
        catch (BusException error) when (error.Name is BusErrors.ServiceUnknown or BusErrors.NameHasNoOwner)
        {
            throw new BananaException(ExitCode.Unreachable, "there is no update service on this machine", Service, "run this on a device; look at 'systemctl status bananad'", error);
        }
    }

    private static T Parse<T>(string json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("nothing");
        }
        catch (JsonException error)
        {
            throw new BananaException(ExitCode.NewerFormat, $"the update service said something that this program does not understand: {error.Message}", next: "restart the machine: the service and this program are of two releases", inner: error);
        }
    }
}

/// <summary>How far an update is.</summary>
/// <param name="Step">What it does now.</param>
/// <param name="Done">What the step has done.</param>
/// <param name="Total">What it has to do.</param>
/// <param name="Unit">"B" for bytes.</param>
/// <param name="Fetched">Bytes that came over the network.</param>
/// <param name="ToFetch">Bytes that are planned.</param>
/// <param name="Rate">Bytes a second.</param>
/// <param name="SecondsLeft">Seconds until all is fetched; 0: not known.</param>
public sealed record UpdateProgress(string Step, long Done, long Total, string Unit, long Fetched, long ToFetch, long Rate, uint SecondsLeft);
