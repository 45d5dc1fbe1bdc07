// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bus.Native;

namespace Banana.Bus;

/// <summary>Lets a service that the bus starts on demand leave when nobody needs it, without losing a call that arrives meanwhile.</summary>
/// <remarks>
/// The order is what matters: tell systemd that we stop, so that it queues a start instead of thinking that we are there; give the name back, after which
/// the bus starts a new process for new calls; answer what was sent to us before; only then end. The unit must let systemd hear us (<c>Type=notify</c> with <c>BusName=</c>,
/// or <c>Type=dbus</c> with <c>NotifyAccess=main</c>): a <c>Type=dbus</c> service that gives its name back unannounced is taken for one that ended, and killed (systemd.service(5)).
/// </remarks>
public static class IdleService
{
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(250);

    /// <summary>Serves until nobody has called for a while, or until cancelled; then leaves. Dispose the connection afterwards, which writes the last replies.</summary>
    /// <param name="bus">The connection, which has the names.</param>
    /// <param name="names">The names to give back.</param>
    /// <param name="idle">How long nobody must have called; <see cref="Timeout.InfiniteTimeSpan"/> to stay until cancelled.</param>
    /// <param name="isBusy">Whether work goes on that no call waits for, such as a job; it keeps us here.</param>
    /// <param name="cancellation">Asks us to leave now: calls are still answered, work must be ended by its owner.</param>
    /// <returns>False when the bus is gone and there was nothing to leave in order.</returns>
    public static async Task<bool> ServeAsync(BusConnection bus, IReadOnlyList<string> names, TimeSpan idle, Func<bool> isBusy, CancellationToken cancellation)
    {
        try
        {
            await WaitUntilIdleAsync(bus, idle, isBusy, cancellation);
            NotifyStopping();
            foreach (var name in names)
            {
                await bus.ReleaseNameAsync(name, CancellationToken.None);
            }

            await bus.DrainAsync(CancellationToken.None);
            // A call of the last moment may have begun a job: it is finished, while systemd waits for us.
            while (isBusy() && !cancellation.IsCancellationRequested && !bus.Closed.IsCompleted)
            {
                _ = LibSystemd.sd_notify(0, $"EXTEND_TIMEOUT_USEC={LongestLook.TotalMicroseconds * 120:0}");
                await Task.WhenAny(bus.Closed, Task.Delay(LongestLook, CancellationToken.None));
            }

            return !bus.Closed.IsCompleted;
        }
        catch (BusException error) when (error.Name == BusErrors.Disconnected)
        {
            return false;
        }
    }

    /// <summary>Tells systemd that the service is ready for calls. Nothing where systemd did not start it.</summary>
    public static void NotifyReady() => _ = LibSystemd.sd_notify(0, "READY=1");

    /// <summary>Tells systemd that the service is leaving.</summary>
    public static void NotifyStopping() => _ = LibSystemd.sd_notify(0, "STOPPING=1");

    private static async Task WaitUntilIdleAsync(BusConnection bus, TimeSpan idle, Func<bool> isBusy, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && !bus.Closed.IsCompleted && (idle == Timeout.InfiniteTimeSpan || isBusy() || bus.IdleTime < idle))
        {
            var look = idle == Timeout.InfiniteTimeSpan || idle > LongestLook ? LongestLook : idle < ShortestLook ? ShortestLook : idle;
            await Task.WhenAny(bus.Closed, Task.Delay(look, cancellation)); // A cancelled delay is a finished one.
        }
    }
}
