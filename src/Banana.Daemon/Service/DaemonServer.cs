// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.Sysupdate;
using Banana.Device.Running;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Service;

/// <summary>The service: its objects on the bus, until nobody needs it.</summary>
internal static class DaemonServer
{
    /// <summary>Serves until nobody has called for a while and no job is at work, or until cancelled.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="device">The device.</param>
    /// <param name="idle">How long nobody must have called.</param>
    /// <param name="cancellation">Asks the service to leave.</param>
    public static async Task RunAsync(BusConnection bus, RunningDevice device, TimeSpan idle, CancellationToken cancellation)
    {
        var jobs = new JobBoard(bus, device);
        var updates = await bus.ExportAsync(UpdatesObject.Path, new UpdatesObject(bus, device, jobs).Describe(), cancellation);
        var staged = new StagedTeller(device);
        jobs.OnChanged = async () =>
        {
            await staged.TellAsync();
            await updates.EmitChangedAsync("Staged", "Job");
        };

        // Now too: something may have waited since before this process, or this release, began to tell it.
        await staged.TellAsync();
        await SysupdateService.ExportAsync(bus, device, jobs, cancellation);
        await bus.RequestNameAsync(UpdatesObject.Name, cancellation);
        List<string> names = [UpdatesObject.Name, .. await TakeStockNameAsync(bus, cancellation)];
        IdleService.NotifyReady();
        using var stop = cancellation.Register(() => jobs.Current?.Cancel());
        await IdleService.ServeAsync(bus, names, idle, () => jobs.Current is not null, cancellation);
    }

    // A machine where systemd's own service has the name keeps its updates all the same.
    private static async Task<IReadOnlyList<string>> TakeStockNameAsync(BusConnection bus, CancellationToken cancellation)
    {
        try
        {
            await bus.RequestNameAsync(SysupdateNames.Service, cancellation);
            return [SysupdateNames.Service];
        }
        catch (BananaException error)
        {
            Journal.Write(error.Message);
            return [];
        }
    }
}
