// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Bus;

namespace Banana.Tests.BusPeer;

/// <summary>A service like the daemon: the bus starts it for a call, it leaves when nobody calls. <c>banana-bus-peer NAME IDLE-MILLISECONDS LOG</c>; one line in the log for each start.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        var name = arguments[0];
        var idle = TimeSpan.FromMilliseconds(int.Parse(arguments[1], CultureInfo.InvariantCulture));
        await File.AppendAllTextAsync(arguments[2], $"{Environment.ProcessId}\n");
        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };

        await using var bus = await BusConnection.OpenAsync(Environment.GetEnvironmentVariable("DBUS_STARTER_ADDRESS")!);
        var test = new BusInterface("org.kde.banana1.Test")
            .Method("Echo", "text:s", "text:s pid:i", async call =>
            {
                await Task.Delay(1);
                return [call.Values.Get<string>(0), Environment.ProcessId];
            })
            .Method("Vanish", string.Empty, call =>
            {
                Environment.Exit(9);
                return Task.CompletedTask;
            });
        await using var export = await bus.ExportAsync("/org/kde/banana1/test", test);
        await bus.RequestNameAsync(name);
        IdleService.NotifyReady();
        return await IdleService.ServeAsync(bus, [name], idle, () => false, stop.Token) ? 0 : 1;
    }
}
