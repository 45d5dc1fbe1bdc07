// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Running;

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
        jobs.OnChanged = () => updates.EmitChangedAsync("Staged", "Job");
        await bus.RequestNameAsync(UpdatesObject.Name, cancellation);
        IdleService.NotifyReady();
        using var stop = cancellation.Register(() => jobs.Current?.Cancel());
        await IdleService.ServeAsync(bus, [UpdatesObject.Name], idle, () => jobs.Current is not null, cancellation);
    }
}
