// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Errors;

namespace Banana.Tests.Integration.Bus;

/// <summary>A service in a process of its own, which the bus starts for a call and which leaves when nobody calls.</summary>
public sealed class ActivationTests : IAsyncLifetime
{
    private const string Name = "org.kde.banana1.Peer";
    private PrivateBus world = null!;
    private BusConnection client = null!;

    public async ValueTask InitializeAsync()
    {
        world = await PrivateBus.StartAsync();
        client = await world.ConnectAsync();
    }

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task No_call_is_lost_while_the_service_leaves()
    {
        var log = await world.InstallPeerAsync(Name, idleMilliseconds: 30);
        HashSet<int> processes = [];
        // Calls at every distance around the moment of leaving; each must be answered, by the old process or by a new one.
        for (var round = 0; round < 60; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => EchoAsync($"{round}.{number}")));
            Assert.Equal(Enumerable.Range(0, 4).Select(number => $"{round}.{number}"), answers.Select(answer => answer.Get<string>(0)));
            processes.UnionWith(answers.Select(answer => answer.Get<int>(1)));
            await Task.Delay(TimeSpan.FromMilliseconds(24 + (round % 20)), TestContext.Current.CancellationToken);
        }

        Assert.True(processes.Count > 5, $"only {processes.Count} processes: nothing was tested");
        Assert.Superset(processes, (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Select(int.Parse).ToHashSet());
        await world.UntilAsync(() => processes.All(process => !Directory.Exists($"/proc/{process}") || File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_service_that_dies_in_a_call_fails_the_call_and_starts_for_the_next()
    {
        await world.InstallPeerAsync(Name, idleMilliseconds: 60_000);
        var first = (await EchoAsync("a")).Get<int>(1);
        var error = await Assert.ThrowsAsync<BusException>(() => client.AskAsync(Name, "/org/kde/banana1/test", "org.kde.banana1.Test", "Vanish", string.Empty, []));
        Assert.Equal((BusErrors.NoReply, ExitCode.Unreachable), (error.Name, error.Code));
        Assert.NotEqual(first, (await EchoAsync("b")).Get<int>(1));
        await Assert.ThrowsAsync<BusException>(() => client.AskAsync(Name, "/org/kde/banana1/test", "org.kde.banana1.Test", "Vanish", string.Empty, []));
    }

    [Fact]
    public async Task A_call_may_forbid_the_start()
    {
        var log = await world.InstallPeerAsync(Name, idleMilliseconds: 60_000);
        var error = await Assert.ThrowsAsync<BusException>(() => client.AskAsync(Name, "/", "org.kde.banana1.Test", "Echo", "s", ["x"], new BusCallOptions { StartsService = false }));
        Assert.Equal(BusErrors.NameHasNoOwner, error.Name);
        Assert.False(File.Exists(log));
    }

    [Fact]
    public async Task Who_must_leave_answers_what_is_under_way()
    {
        var service = await SampleService.StartAsync(world);
        TaskCompletionSource<object[]> release = new();
        await service.Bus.ExportAsync("/slow", new BusInterface("org.x.Slow").Method("Wait", string.Empty, "done:b", _ => release.Task), TestContext.Current.CancellationToken);
        var call = client.AskAsync(SampleService.Name, "/slow", "org.x.Slow", "Wait", string.Empty, []);
        await world.UntilAsync(() => service.Bus.ActiveCalls == 1);
        var serving = IdleService.ServeAsync(service.Bus, [SampleService.Name], Timeout.InfiniteTimeSpan, () => false, new CancellationToken(canceled: true));
        await Gone();
        Assert.False(serving.IsCompleted);
        // By its own name it still answers.
        Assert.Equal(2u, (await client.AskAsync(service.Bus.UniqueName, SampleService.Path, SampleService.Interface, "Double", "u", [1u])).Get<uint>(0));
        release.SetResult([true]);
        Assert.True(await serving.WaitAsync(TestContext.Current.CancellationToken));
        await service.Bus.DisposeAsync();
        Assert.True((await call).Get<bool>(0));
    }

    [Fact]
    public async Task Work_keeps_the_service_here()
    {
        var service = await SampleService.StartAsync(world);
        var busy = true;
        var serving = IdleService.ServeAsync(service.Bus, [SampleService.Name], TimeSpan.Zero, () => busy, CancellationToken.None);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(serving.IsCompleted);
        Assert.Equal(2u, (await SampleService.CallAsync(client, "Double", "u", [1u])).Get<uint>(0));
        busy = false;
        Assert.True(await serving.WaitAsync(TestContext.Current.CancellationToken));
        await Gone();
    }

    [Fact]
    public async Task Without_a_bus_there_is_nothing_to_serve()
    {
        var service = await SampleService.StartAsync(world);
        var serving = IdleService.ServeAsync(service.Bus, [SampleService.Name], Timeout.InfiniteTimeSpan, () => false, CancellationToken.None);
        await world.KillAsync();
        Assert.False(await serving.WaitAsync(TestContext.Current.CancellationToken));
    }

    private async Task Gone()
    {
        for (var tries = 0; (await client.AskAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", [SampleService.Name])).Get<bool>(0); tries++)
        {
            Assert.True(tries < 200, "the name is still there");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private Task<BusValues> EchoAsync(string text) => client.AskAsync(Name, "/org/kde/banana1/test", "org.kde.banana1.Test", "Echo", "s", [text]);
}
