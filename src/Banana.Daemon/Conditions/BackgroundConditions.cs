// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Foundation.Errors;

namespace Banana.Daemon.Conditions;

/// <summary>When work may begin that nobody asked for.</summary>
internal static class BackgroundConditions
{
    private const int DefaultBattery = 30;
    private const string NetworkManager = "org.freedesktop.NetworkManager";

    /// <summary>Throws unless an update may begin now.</summary>
    /// <exception cref="BananaException">Not now; the message says why (<see cref="ExitCode.Busy"/>).</exception>
    public static async Task RequireAsync(BusConnection bus, RunningDevice device, CancellationToken cancellation)
    {
        var settings = device.Settings.Read();
        if (settings.Automatic == AutomaticUpdates.Off)
        {
            throw NotNow("automatic updates are turned off", "'automatic' in /etc/banana/updates.json");
        }

        if (device.History.Read().PausedUntil is { } until && until > device.Clock.GetUtcNow())
        {
            throw NotNow($"updates are paused until {until:yyyy-MM-dd HH:mm} UTC", "'bananactl pause --off' goes on");
        }

        await RequireAsync(bus, settings, device.Root, cancellation);
    }

    /// <summary>Throws unless power and network are such that anything may be fetched (<c>bananad background-check</c>, for conditions of units).</summary>
    /// <exception cref="BananaException">Not now; the message says why (<see cref="ExitCode.Busy"/>).</exception>
    public static async Task RequireAsync(BusConnection bus, UpdateSettings settings, string root, CancellationToken cancellation)
    {
        var power = PowerSupply.Read(System.IO.Path.Combine(root, "sys/class/power_supply"));
        var minimum = settings.MinimumBattery ?? DefaultBattery;
        if (!power.IsPluggedIn && power.Percent < minimum)
        {
            throw NotNow($"the battery is at {power.Percent} %, below {minimum} %", "plug the machine in");
        }

        if (settings.OnMetered != true && await IsMeteredAsync(bus, cancellation))
        {
            throw NotNow("the network costs by the byte", "'onMetered' in /etc/banana/updates.json allows it, and what you ask for uses it all the same");
        }
    }

    // NM_METERED_YES and NM_METERED_GUESS_YES. A machine without NetworkManager is on a wire as a rule.
    private static async Task<bool> IsMeteredAsync(BusConnection bus, CancellationToken cancellation)
    {
        try
        {
            var reply = await bus.CallAsync(
                NetworkManager, "/org/freedesktop/NetworkManager", "org.freedesktop.DBus.Properties", "Get", "ss", [NetworkManager, "Metered"],
                new BusCallOptions { Returns = "v", StartsService = false }, cancellation);
            return reply.Get<BusVariant>(0).Get<uint>() is 1 or 3;
        }
        catch (BusException)
        {
            return false;
        }
    }

    private static BananaException NotNow(string what, string next) => new(ExitCode.Busy, what, next: next);
}
