// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Collections.Concurrent;
using Banana.Bus;
using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Bus;

/// <summary>Signals over a real bus: who hears what, in which order, from whom.</summary>
public sealed class SignalTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<BusSignal> heard = new();
    private PrivateBus world = null!;
    private SampleService service = null!;
    private BusConnection client = null!;

    public async ValueTask InitializeAsync()
    {
        world = await PrivateBus.StartAsync();
        service = await SampleService.StartAsync(world);
        client = await world.ConnectAsync();
    }

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Signals_come_in_order_until_the_subscription_ends()
    {
        var subscription = await client.SubscribeAsync(SampleService.Name, SampleService.Path, SampleService.Interface, "Happened", HearAsync, TestContext.Current.CancellationToken);
        for (var number = 0u; number < 500; number++)
        {
            await service.Export.EmitAsync("Happened", "x", number);
        }

        await world.UntilAsync(() => heard.Count == 500);
        Assert.Equal(Enumerable.Range(0, 500).Select(number => (uint)number), heard.Select(signal => signal.Values.Get<uint>(1)));
        await subscription.DisposeAsync();
        await subscription.DisposeAsync();
        await service.Export.EmitAsync("Happened", "x", 0u);
        await SampleService.CallAsync(client, "Double", "u", [1u]); // Behind the signal in the same queue.
        Assert.Equal(500, heard.Count);
    }

    [Fact]
    public async Task Only_the_owner_of_the_name_is_heard()
    {
        await using var subscription = await client.SubscribeAsync(SampleService.Name, null, SampleService.Interface, "Happened", HearAsync, TestContext.Current.CancellationToken);
        var liar = await world.ConnectAsync();
        await liar.EmitAsync(SampleService.Path, SampleService.Interface, "Happened", "su", ["forged, to us alone", 1u], destination: client.UniqueName);
        await liar.EmitAsync(SampleService.Path, SampleService.Interface, "Happened", "su", ["forged", 1u]);
        await client.GetPeerAsync(liar.UniqueName, TestContext.Current.CancellationToken);
        await service.Export.EmitAsync("Happened", "true", 2u);
        await world.UntilAsync(() => !heard.IsEmpty);
        Assert.Equal("true", Assert.Single(heard).Values.Get<string>(0));

        // The name goes to another process: from then on that is heard, and the old owner is not.
        await service.Bus.ReleaseNameAsync(SampleService.Name, TestContext.Current.CancellationToken);
        await service.Export.EmitAsync("Happened", "former", 3u);
        await liar.RequestNameAsync(SampleService.Name, TestContext.Current.CancellationToken);
        await liar.EmitAsync(SampleService.Path, SampleService.Interface, "Happened", "su", ["heir", 4u]);
        await world.UntilAsync(() => heard.Count > 1);
        Assert.Equal(["true", "heir"], heard.Select(signal => signal.Values.Get<string>(0)));
    }

    [Fact]
    public async Task A_subscription_may_come_before_the_service()
    {
        await using var subscription = await client.SubscribeAsync("org.kde.banana1.Later", null, SampleService.Interface, "Happened", HearAsync, TestContext.Current.CancellationToken);
        ConcurrentQueue<string?> owners = new();
        await using var watch = await client.WatchNameAsync("org.kde.banana1.Later", owner =>
        {
            owners.Enqueue(owner);
            return Task.CompletedTask;
        }, TestContext.Current.CancellationToken);
        var later = await world.ConnectAsync();
        await later.RequestNameAsync("org.kde.banana1.Later", TestContext.Current.CancellationToken);
        await later.EmitAsync("/x", SampleService.Interface, "Happened", "su", ["late", 4u]);
        await world.UntilAsync(() => !heard.IsEmpty);
        await later.DisposeAsync();
        await world.UntilAsync(() => owners.Count == 2);
        Assert.Equal([later.UniqueName, null], owners);
    }

    [Fact]
    public async Task Changes_of_properties_are_told()
    {
        await using var subscription = await client.SubscribeAsync(SampleService.Name, SampleService.Path, "org.freedesktop.DBus.Properties", "PropertiesChanged", HearAsync, TestContext.Current.CancellationToken);
        service.Level = 7;
        await service.Export.EmitChangedAsync("Level");
        await client.AskAsync(SampleService.Name, SampleService.Path, "org.freedesktop.DBus.Properties", "Set", "ssv", [SampleService.Interface, "Level", (BusVariant)8u]);
        await world.UntilAsync(() => heard.Count == 2);
        Assert.Equal([7u, 8u], heard.Select(signal => ((BusVariant)signal.Values.GetDictionary(1)["Level"]).Get<uint>()));
        Assert.All(heard, signal => Assert.Equal(SampleService.Interface, signal.Values.Get<string>(0)));
        await Assert.ThrowsAsync<ArgumentException>(() => service.Export.EmitChangedAsync("Version"));
    }

    [Fact]
    public async Task A_manager_lists_its_objects_and_tells_when_they_come_and_go()
    {
        const string Manager = "org.freedesktop.DBus.ObjectManager";
        await service.Bus.ExportManagerAsync("/org/kde/banana1");
        await using var added = await client.SubscribeAsync(SampleService.Name, null, Manager, "InterfacesAdded", HearAsync, TestContext.Current.CancellationToken);
        await using var removed = await client.SubscribeAsync(SampleService.Name, null, Manager, "InterfacesRemoved", HearAsync, TestContext.Current.CancellationToken);
        var job = await service.Bus.ExportAsync("/org/kde/banana1/job/_1", service.Describe(), TestContext.Current.CancellationToken);
        var all = (await client.AskAsync(SampleService.Name, "/org/kde/banana1", Manager, "GetManagedObjects", string.Empty, [], new BusCallOptions { Returns = "a{oa{sa{sv}}}" })).GetDictionary(0);
        Assert.Equal(["/org/kde/banana1/job/_1", SampleService.Path], all.Keys.Order(StringComparer.Ordinal));
        var properties = (Dictionary<string, object>)((Dictionary<string, object>)all[SampleService.Path])[SampleService.Interface];
        Assert.Equal(5u, ((BusVariant)properties["Level"]).Value);
        await job.DisposeAsync();
        await world.UntilAsync(() => heard.Count == 2);
        Assert.Equal("/org/kde/banana1/job/_1", heard.Single(signal => signal.Member == "InterfacesAdded").Values.Get<string>(0));
        Assert.Equal([SampleService.Interface], heard.Single(signal => signal.Member == "InterfacesRemoved").Values.Get<string[]>(1));
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_and_hears_on()
    {
        await using var subscription = await client.SubscribeAsync(null, null, SampleService.Interface, "Happened", async signal =>
        {
            await HearAsync(signal);
            throw new InvalidOperationException("in a handler");
        }, TestContext.Current.CancellationToken);
        await service.Export.EmitAsync("Happened", "a", 1u);
        await service.Export.EmitAsync("Happened", "b", 1u);
        await world.UntilAsync(() => heard.Count == 2 && world.Defects.Count == 2);
    }

    [Fact]
    public async Task What_a_call_began_can_wait_until_its_reply_is_sent()
    {
        ConcurrentQueue<string> order = new();
        BusExport? export = null;
        export = await service.Bus.ExportAsync("/jobs", new BusInterface("org.x.Jobs").Signal("Done", "number:u").Method("Begin", "number:u", "number:u", call =>
        {
            _ = Task.Run(async () =>
            {
                await call.Answered;
                await export!.EmitAsync("Done", call.Values.Get<uint>(0));
            });
            Thread.Sleep(1); // The work has every chance to be first.
            return Task.FromResult<object[]>([call.Values.Get<uint>(0)]);
        }), TestContext.Current.CancellationToken);
        using CancellationTokenSource stop = new();
        var monitor = world.Start(Command.Of("dbus-monitor", "--address", world.Address, "path=/jobs", "type=method_return") with { OnLine = order.Enqueue }, stop.Token);
        await world.UntilAsync(() => !order.IsEmpty);
        for (var number = 5000u; number < 5200; number++)
        {
            await client.AskAsync(SampleService.Name, "/jobs", "org.x.Jobs", "Begin", "u", [number]);
        }

        await world.UntilAsync(() => order.Count(line => line.Contains("member=Done", StringComparison.Ordinal)) == 200);
        await stop.CancelAsync();
        await monitor;
        var kinds = order.Select(line => line.StartsWith("method return", StringComparison.Ordinal) ? "reply" : line.Contains("member=Done", StringComparison.Ordinal) ? "signal" : line.Trim()).ToList();
        // Each number is seen as an argument of the call, of the reply and of the signal, in this order.
        for (var number = 5000u; number < 5200; number++)
        {
            var at = kinds.Select((text, index) => (text, index)).Where(item => item.text == $"uint32 {number}").Select(item => kinds[item.index - 1]).Where(kind => kind is "reply" or "signal");
            Assert.Equal(["reply", "signal"], at);
        }
    }

    private Task HearAsync(BusSignal signal)
    {
        heard.Enqueue(signal);
        return Task.CompletedTask;
    }
}
