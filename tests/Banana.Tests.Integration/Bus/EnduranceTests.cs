// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;

namespace Banana.Tests.Integration.Bus;

/// <summary>A connection that has done much is as small as before.</summary>
public sealed class EnduranceTests
{
    [Fact]
    public async Task A_hundred_thousand_calls_leave_the_memory_flat()
    {
        await using var world = await PrivateBus.StartAsync();
        var service = await SampleService.StartAsync(world);
        var client = await world.ConnectAsync();
        await using var subscription = await client.SubscribeAsync(SampleService.Name, null, SampleService.Interface, "Happened", _ => Task.CompletedTask, TestContext.Current.CancellationToken);
        await CallAsync(20_000);
        var before = Measure();
        await CallAsync(100_000);
        var after = Measure();
        Assert.True(after.Managed - before.Managed < 1 << 20, $"{before} became {after}");
        Assert.True(after.Resident - before.Resident < 16 << 20, $"{before} became {after}");
        Assert.Empty(world.Defects);

        async Task CallAsync(int count)
        {
            const int AtOnce = 50;
            BusVariant value = new("a{sv}", new Dictionary<string, object>(StringComparer.Ordinal) { ["text"] = (BusVariant)new string('x', 200), ["number"] = (BusVariant)1u });
            for (var done = 0; done < count; done += AtOnce)
            {
                await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => (number % 10) switch
                {
                    0 => FailAsync(),
                    1 => service.Export.EmitAsync("Happened", "x", 1u),
                    _ => SampleService.CallAsync(client, "Turn", "v", [value]),
                }));
            }
        }

        async Task FailAsync() => await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Nothing"));
    }

    private static (long Managed, long Resident) Measure()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        var line = File.ReadLines("/proc/self/status").Single(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return (GC.GetTotalMemory(forceFullCollection: true), long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10);
    }
}
