// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;

namespace Banana.Daemon.Health;

/// <summary>
/// What the first seat of the machine shows (org.freedesktop.login1): a session of the login manager or of a person, and its compositor, which has to live for
/// a while. A compositor that dies at once is started again and again, and each of its lives looks well at the beginning.
/// </summary>
/// <param name="bus">The system bus.</param>
/// <param name="processes">The processes of the machine.</param>
internal sealed class GraphicalSession(BusConnection bus, RunningProcesses processes)
{
    /// <summary>How long a compositor has to live to count.</summary>
    public static readonly TimeSpan Proof = TimeSpan.FromSeconds(20);

    private const string Service = "org.freedesktop.login1";
    private const string Seat = "/org/freedesktop/login1/seat/seat0";

    /// <summary>Looks once.</summary>
    /// <param name="compositor">The name of the compositor's process.</param>
    /// <param name="cancellation">Stops the looking.</param>
    /// <returns>What is wrong; null: nothing, or this machine has no screen.</returns>
    public async Task<string?> LookAsync(string compositor, CancellationToken cancellation)
    {
        object[] active;
        try
        {
            if (!(await GetAsync(Seat, "Seat", "CanGraphical", cancellation)).Get<bool>())
            {
                return null;
            }

            active = (await GetAsync(Seat, "Seat", "ActiveSession", cancellation)).Get<object[]>();
        }
        catch (BusException error) when (error.Name == BusErrors.UnknownObject)
        {
            return null;
        }

        if (active is not [string { Length: > 0 } id, var path])
        {
            return "the screen shows no session";
        }

        var session = path.ToString()!;
        var type = (await GetAsync(session, "Session", "Type", cancellation)).Get<string>();
        if (type != "wayland")
        {
            return $"the screen shows session {id}, which is of the type '{type}'";
        }

        var user = (uint)(await GetAsync(session, "Session", "User", cancellation)).Get<object[]>()[0];
        return processes.LongestLife(compositor, user) switch
        {
            null => $"{compositor} does not run in session {id} of user {user}",
            { } life when life < Proof => $"{compositor} in session {id} has run for {life.TotalSeconds:0} s only",
            _ => null,
        };
    }

    private async Task<BusVariant> GetAsync(string path, string kind, string property, CancellationToken cancellation)
    {
        var reply = await bus.CallAsync(
            Service, path, "org.freedesktop.DBus.Properties", "Get", "ss", [$"{Service}.{kind}", property], new BusCallOptions { Returns = "v" }, cancellation);
        return reply.Get<BusVariant>(0);
    }
}
