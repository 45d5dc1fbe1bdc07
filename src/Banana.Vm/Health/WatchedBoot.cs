// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Vm.Health;

/// <summary>Boots a machine once, from power-on to power-off, and says how that went.</summary>
public static class WatchedBoot
{
    private static readonly TimeSpan PowerOffTime = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LoginTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan DrawTime = TimeSpan.FromSeconds(2);

    /// <summary>Boots, waits for the health report, takes a picture if there is a screen, and presses the power button.</summary>
    /// <param name="options">The machine; the health probe is added to it.</param>
    /// <param name="expected">What was built; null when that is not known.</param>
    /// <param name="timeout">How long the boot may take.</param>
    /// <param name="tools">Runs programs of the host.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="cancellation">Ends the machine.</param>
    /// <returns>The record, of a boot that failed too: then its verdict says why.</returns>
    /// <exception cref="BananaException">The machine could not be started at all.</exception>
    public static async Task<BootRecord> RunAsync(MachineOptions options, HealthExpectation? expected, TimeSpan timeout, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        using var step = progress.Begin("boot");
        options = options with { Credentials = [.. options.Credentials, .. HealthProbe.Credentials()] };
        var log = options.SerialLog;
        for (var restarts = 0; ; restarts++)
        {
            var machine = await VirtualMachine.StartAsync(options, tools, progress, cancellation).ConfigureAwait(false);
            await using (machine.ConfigureAwait(false))
            {
                var record = await WatchAsync(machine, options.Screen != MachineScreen.None, expected, timeout, cancellation).ConfigureAwait(false);
                if (record.Health is null && machine.Accelerator.Kind == AcceleratorKind.Tcg && restarts < EmulationFault.Restarts && EmulationFault.IsIn(machine.Console.Lines))
                {
                    // Counted and shown: a restart that nobody sees would hide a guest that needs it.
                    progress.Log($"the emulated kernel died of Oops: int3 in sched_clock_cpu; started again (its console is in {options.SerialLog})");
                    options = options with { SerialLog = $"{log}.{restarts + 2}" };
                    continue;
                }

                var again = restarts == 0 ? string.Empty : $", started again {restarts} times after a fault of the emulation";
                step.Complete((record.Verdict.IsHealthy ? "healthy" : "unhealthy") + again);
                return record with { Serial = machine.Console.Lines, Acceleration = machine.Accelerator.Description + again };
            }
        }
    }

    private static async Task<BootRecord> WatchAsync(VirtualMachine machine, bool hasScreen, HealthExpectation? expected, TimeSpan timeout, CancellationToken cancellation)
    {
        var record = new BootRecord { Verdict = new HealthVerdict([]), Serial = [], SerialLog = machine.Console.LogFile, Acceleration = string.Empty };
        List<HealthCheck> checks = [];
        try
        {
            var health = await GuestHealth.WaitAsync(machine, timeout, cancellation).ConfigureAwait(false);
            checks.AddRange(HealthVerdict.Of(health, expected).Checks);
            record = record with { Health = health, ReportedAfter = machine.Uptime };
        }
        catch (BananaException error)
        {
            checks.Add(new HealthCheck("boot", false, error.Message));
        }

        if (machine.Events.Count(happened => happened.Event.Name == "RESET") is var resets and > 0)
        {
            checks.Add(new HealthCheck("restarts", false, $"the machine restarted {resets} times before it was up"));
        }

        if (hasScreen && !machine.Ended.IsCompleted)
        {
            await SettleAsync(machine, cancellation).ConfigureAwait(false);
            record = record with { Screen = await machine.TakeScreenAsync(cancellation).ConfigureAwait(false) };
        }

        if (record.Health is not null)
        {
            checks.Add(await PowerOffAsync(machine, cancellation).ConfigureAwait(false));
        }

        return record with { Verdict = new HealthVerdict(checks) };
    }

    /// <summary>Logins wait until a boot is over, so that their prompts are not lost among its messages: so does the picture.</summary>
    private static async Task SettleAsync(VirtualMachine machine, CancellationToken cancellation)
    {
        try
        {
            await machine.Console.WaitForAsync("login:", LoginTime, cancellation).ConfigureAwait(false);
            await Task.Delay(DrawTime, cancellation).ConfigureAwait(false);
        }
        catch (BananaException)
        {
            // No login on the serial console: the picture shows what there is.
        }
    }

    private static async Task<HealthCheck> PowerOffAsync(VirtualMachine machine, CancellationToken cancellation)
    {
        var pressed = machine.Uptime;
        try
        {
            await machine.PowerOffAsync(PowerOffTime, cancellation).ConfigureAwait(false);
            return new HealthCheck("power button", true, $"off after {(machine.Uptime - pressed).TotalSeconds:0.0} s");
        }
        catch (BananaException error)
        {
            return new HealthCheck("power button", false, error.What);
        }
    }
}
