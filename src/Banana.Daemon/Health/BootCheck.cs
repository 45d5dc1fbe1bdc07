// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Boots;
using Banana.Device.Health;
using Banana.Device.History;
using Banana.Device.Running;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Health;

/// <summary>
/// What is done once in each boot (<c>bananad boot-check</c>): it looks what the machine fell back from, waits until all checks of the image
/// hold, and blesses the release; or ends with an error, upon which the unit restarts the machine and the boot loader has its say.
/// </summary>
/// <param name="device">The device.</param>
internal sealed class BootCheck(RunningDevice device)
{
    private const int DefaultTimeout = 600;
    private const string BootLoader = "usr/lib/systemd/boot/efi/systemd-bootx64.efi";

    /// <summary>
    /// Does it on a device that may not even open: its boot partition is damaged, its disk read-only. Such a boot has no verdict, and is not good; but
    /// to restart for it is only of use while the boot loader counts. Without an end to it the machine would restart for ever.
    /// </summary>
    /// <param name="open">Opens the device.</param>
    /// <param name="triesLeft">How many tries the boot loader has left for what runs (<see cref="BootCounter"/>).</param>
    /// <param name="cancellation">The machine is shut down before there was a verdict.</param>
    public static async Task<ExitCode> RunAsync(Func<RunningDevice> open, Func<int> triesLeft, CancellationToken cancellation)
    {
        try
        {
            using var device = open();
            return await new BootCheck(device).RunAsync(cancellation);
        }
        catch (Exception error)
        {
            Journal.Write(error is BananaException ? error.Message : error.ToString());
            var left = triesLeft();
            Journal.Write(left > 0 ? $"there is no verdict on this boot: the machine restarts, {left} tries are left" : "there is no verdict on this boot, and no try left: it goes on as it is");
            return left > 0 ? ExitCode.Unhealthy : ExitCode.Success;
        }
    }

    /// <summary>Does it.</summary>
    /// <param name="cancellation">The machine is shut down before there was a verdict.</param>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        var boots = device.Boots;
        foreach (var failed in boots.Review())
        {
            Journal.Write($"fell back from {failed.Version}: {failed.Reason}");
        }

        IReadOnlyList<CheckVerdict> verdicts;
        try
        {
            verdicts = await LookAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            boots.GiveBack();
            Journal.Write("the machine is shut down before there was a verdict");
            return ExitCode.Success;
        }

        foreach (var verdict in verdicts)
        {
            Journal.Write($"{verdict.Name}: {verdict.Problem ?? "good"}");
        }

        if (new BootVerdict(boots, device.History, device.Clock, device.BootId).Conclude(verdicts))
        {
            Journal.Write($"{device.System.Version} is good");
            UpdateBootLoader();
            return ExitCode.Success;
        }

        if (!boots.HasAnother())
        {
            // To restart for ever into the only release there is would help nobody; a person can still look at this one.
            Journal.Write($"{device.System.Version} is not good, and there is no other release to fall back to");
            return ExitCode.Success;
        }

        Journal.Write($"{device.System.Version} is not good: the machine restarts");
        return ExitCode.Unhealthy;
    }

    private async Task<IReadOnlyList<CheckVerdict>> LookAsync(CancellationToken cancellation)
    {
        var timeout = TimeSpan.FromSeconds(DefaultTimeout);
        try
        {
            timeout = TimeSpan.FromSeconds(device.Settings.Read().BootTimeout ?? DefaultTimeout);
        }
        catch (BananaException error)
        {
            // Settings that somebody broke are no reason to give a release up.
            Journal.Write(error.Message);
        }

        try
        {
            await using var bus = await BusConnection.OpenSystemAsync();
            var checks = HealthDeclaration.ReadAll(device.Root).Select(check => new DeclaredCheck(check.Name, check.Check, bus, device.Root)).ToList();
            return await new HealthRun(checks, device.Clock).RunAsync(timeout, cancellation);
        }
        catch (BananaException error)
        {
            return [new("checks", error.Message)];
        }
    }

    // A boot is good whatever comes of this; the next one tries again.
    private void UpdateBootLoader()
    {
        try
        {
            if (new BootLoaderUpdate(device.Machine.Boot, Path.Combine(device.Root, BootLoader)).Run() is { } written)
            {
                Journal.Write($"the boot loader {written} is that of {device.System.Version} now");
            }
        }
        catch (Exception error) when (error is IOException or BananaException)
        {
            Journal.Write($"the boot loader was not updated: {error.Message}");
        }
    }
}
