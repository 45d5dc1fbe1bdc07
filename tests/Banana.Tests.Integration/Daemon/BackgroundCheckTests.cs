// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Daemon.Conditions;
using Banana.Device.Settings;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Daemon;

/// <summary>What units ask before they fetch something that nobody waits for: <c>bananad background-check</c>.</summary>
public sealed class BackgroundCheckTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_that_costs_by_the_byte_is_a_reason_to_wait()
    {
        await using var bus = await PrivateBus.StartAsync();
        var network = await bus.ConnectAsync();
        var metered = 2u; // NM_METERED_NO
        await using (await network.ExportAsync("/org/freedesktop/NetworkManager", new BusInterface("org.freedesktop.NetworkManager").Property("Metered", "u", () => metered), Cancellation))
        {
            await network.RequestNameAsync("org.freedesktop.NetworkManager", Cancellation);
            await CheckAsync(bus);

            metered = 1; // NM_METERED_YES
            var error = await Assert.ThrowsAsync<CommandFailedException>(() => CheckAsync(bus));
            Assert.Equal((int)ExitCode.Busy, error.Result.ExitCode);
            Assert.Contains("the network costs by the byte; 'onMetered' in /etc/banana/updates.json allows it", error.Result.Error, StringComparison.Ordinal);
            Assert.Single(error.Result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));

            using var root = new TemporaryFolder();
            await BackgroundConditions.RequireAsync(network, new UpdateSettings { OnMetered = true }, root.Path, Cancellation);
        }
    }

    // As units start it, with another bus.
    private static Task<CommandResult> CheckAsync(PrivateBus bus) =>
        new ProcessRunner().RunAsync(
            Command.Of("dotnet", typeof(BackgroundConditions).Assembly.Location, "background-check") with { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.Address } },
            Cancellation);
}
