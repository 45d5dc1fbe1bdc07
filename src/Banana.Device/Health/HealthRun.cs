// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Boots;
using Banana.Device.History;

namespace Banana.Device.Health;

/// <summary>One thing that must be so for a boot to count as good.</summary>
public interface IHealthCheck
{
    /// <summary>Its name in verdicts.</summary>
    string Name { get; }

    /// <summary>Looks once.</summary>
    /// <returns>What is wrong, as one line; null: nothing.</returns>
    Task<string?> LookAsync(CancellationToken cancellation);
}

/// <summary>
/// The verdict on a boot: all checks hold, at the latest when the time is over. A slow machine is waited for: a check is looked at until it
/// holds, and what held once is looked at again at the end, together with all others.
/// </summary>
/// <param name="checks">The checks.</param>
/// <param name="clock">The clock.</param>
public sealed class HealthRun(IReadOnlyList<IHealthCheck> checks, TimeProvider clock)
{
    /// <summary>How long is waited between two looks.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Looks until all checks hold in one round, or the time is over.</summary>
    /// <param name="timeout">How long a boot may take to be good.</param>
    /// <param name="cancellation">Stops the looking.</param>
    public async Task<IReadOnlyList<CheckVerdict>> RunAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var end = clock.GetUtcNow() + timeout;
        while (true)
        {
            List<CheckVerdict> verdicts = [];
            foreach (var check in checks)
            {
                verdicts.Add(new(check.Name, await LookAsync(check, cancellation).ConfigureAwait(false)));
            }

            if (verdicts.TrueForAll(verdict => verdict.Problem is null) || clock.GetUtcNow() >= end)
            {
                return verdicts;
            }

            await Task.Delay(Pause, clock, cancellation).ConfigureAwait(false);
        }
    }

    // A check that fails itself has not found that all is well.
    private static async Task<string?> LookAsync(IHealthCheck check, CancellationToken cancellation)
    {
        try
        {
            return await check.LookAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return error.Message;
        }
    }
}

/// <summary>What a boot's verdict leads to.</summary>
/// <param name="choice">The boot entries.</param>
/// <param name="history">The record.</param>
/// <param name="clock">The clock.</param>
/// <param name="boot">This boot (boot_id of the kernel), for the record; null: not known.</param>
public sealed class BootVerdict(BootChoice choice, DeviceHistory history, TimeProvider clock, string? boot = null)
{
    /// <summary>Notes the verdict, and blesses the release if it is good.</summary>
    /// <returns>Whether it is good; if it is not, the machine has to restart, so that the next try is made, or the older release gets its turn.</returns>
    public bool Conclude(IReadOnlyList<CheckVerdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        if (verdicts.All(verdict => verdict.Problem is null))
        {
            choice.Bless(verdicts);
            return true;
        }

        var running = choice.Releases().FirstOrDefault(release => release.IsRunning);
        if (running is not null)
        {
            var reason = string.Join("; ", verdicts.Where(verdict => verdict.Problem is not null).Select(verdict => $"{verdict.Name}: {verdict.Problem}"));
            history.Add(new() { Time = clock.GetUtcNow(), Kind = DeviceEventKind.Unhealthy, Version = running.Version, Reason = reason, Checks = verdicts, Boot = boot });
        }

        return false;
    }
}
