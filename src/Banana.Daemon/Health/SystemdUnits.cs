// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;

namespace Banana.Daemon.Health;

/// <summary>The units of the service manager, asked over the bus (org.freedesktop.systemd1).</summary>
/// <param name="bus">The bus.</param>
internal sealed class SystemdUnits(BusConnection bus)
{
    private const string Service = "org.freedesktop.systemd1";
    private const string Path = "/org/freedesktop/systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";

    /// <summary>The state of units that are loaded: name and ActiveState.</summary>
    /// <param name="states">Only those in one of these states; empty: all.</param>
    /// <param name="patterns">Only those that one of these patterns matches; empty: all.</param>
    /// <param name="cancellation">Stops the asking.</param>
    public async Task<IReadOnlyDictionary<string, string>> ListAsync(IReadOnlyList<string> states, IReadOnlyList<string> patterns, CancellationToken cancellation)
    {
        var reply = await bus.CallAsync(Service, Path, Manager, "ListUnitsByPatterns", "asas", [states.ToArray(), patterns.ToArray()], new BusCallOptions { Returns = "a(ssssssouso)" }, cancellation);
        return reply.GetStructs(0).ToDictionary(unit => unit.Get<string>(0), unit => unit.Get<string>(3), StringComparer.Ordinal);
    }
}
