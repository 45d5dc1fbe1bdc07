// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Collections.Concurrent;
using System.Xml.Linq;
using Banana.Bus;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Bus;

/// <summary>Our objects as systemd's busctl sees them.</summary>
public sealed class BusctlTests : IAsyncLifetime
{
    private PrivateBus world = null!;
    private SampleService service = null!;

    public async ValueTask InitializeAsync()
    {
        world = await PrivateBus.StartAsync();
        service = await SampleService.StartAsync(world);
    }

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task It_sees_the_interface_as_it_is_described()
    {
        var table = await Good("introspect", "--no-legend", SampleService.Name, SampleService.Path);
        var rows = table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Contains(".Double method u u -", rows);
        Assert.Contains(".Hang method - - -", rows);
        Assert.Contains(".Level property u 5 emits-change writable", rows);
        Assert.Contains(".Version property s \"1.0\" const", rows);
        Assert.Contains(".Happened signal su - -", rows);
        Assert.Contains(rows, row => row.StartsWith("org.freedesktop.DBus.Properties interface", StringComparison.Ordinal));
        Assert.Contains(SampleService.Path, await Good("tree", "--list", SampleService.Name), StringComparison.Ordinal);

        var xml = (await (await world.ConnectAsync()).AskAsync(SampleService.Name, SampleService.Path, "org.freedesktop.DBus.Introspectable", "Introspect", string.Empty, [])).Get<string>(0);
        var method = XDocument.Parse(xml).Descendants("method").Single(element => element.Attribute("name")!.Value == "Double");
        Assert.Equal(["number u in", "twice u out"], method.Elements().Select(arg => $"{arg.Attribute("name")!.Value} {arg.Attribute("type")!.Value} {arg.Attribute("direction")!.Value}"));
    }

    [Fact]
    public async Task It_calls_gets_and_sets()
    {
        Assert.Equal("u 84\n", await Good("call", SampleService.Name, SampleService.Path, SampleService.Interface, "Double", "u", "42"));
        Assert.Equal("u 5\n", await Good("get-property", SampleService.Name, SampleService.Path, SampleService.Interface, "Level"));
        await Good("set-property", SampleService.Name, SampleService.Path, SampleService.Interface, "Level", "u", "9");
        Assert.Equal(9u, service.Level);
        await Good("call", SampleService.Name, SampleService.Path, "org.freedesktop.DBus.Peer", "Ping");
        Assert.Contains("\"Level\" u 9", await Good("call", SampleService.Name, SampleService.Path, "org.freedesktop.DBus.Properties", "GetAll", "s", string.Empty), StringComparison.Ordinal);

        await Refused("takes 'u' and not 's'", "set-property", SampleService.Name, SampleService.Path, SampleService.Interface, "Level", "s", "high");
        await Refused("can only be read", "set-property", SampleService.Name, SampleService.Path, SampleService.Interface, "Version", "s", "2");
        await Refused("no property Depth", "get-property", SampleService.Name, SampleService.Path, SampleService.Interface, "Depth");
        await Refused("takes 'u' and not 's'", "call", SampleService.Name, SampleService.Path, SampleService.Interface, "Double", "s", "x");
    }

    [Fact]
    public async Task It_shows_our_errors_as_one_line()
    {
        service.Failure = new BananaException(ExitCode.NoSpace, "no room", "/var", "free 3 MiB");
        await Refused("/var: no room; free 3 MiB", "call", SampleService.Name, SampleService.Path, SampleService.Interface, "Fail");
    }

    [Fact]
    public async Task It_sees_our_signals()
    {
        ConcurrentQueue<string> lines = new();
        using CancellationTokenSource stop = new();
        var monitor = world.Start(Command.Of("busctl", "--address=" + world.Address, "monitor", "--json=short", SampleService.Name) with { OnLine = lines.Enqueue }, stop.Token);
        for (var tries = 0; tries < 200 && lines.All(line => !line.Contains("\"Happened\"", StringComparison.Ordinal)); tries++)
        {
            await service.Export.EmitAsync("Happened", "x", 3u);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Contains(lines, line => line.Contains("\"Happened\"", StringComparison.Ordinal) && line.Contains("\"payload\":{\"type\":\"su\",\"data\":[\"x\",3]}", StringComparison.Ordinal));
        await stop.CancelAsync();
        await monitor;
    }

    private async Task<string> Good(params string[] arguments)
    {
        var result = await world.BusctlAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private async Task Refused(string says, params string[] arguments)
    {
        var result = await world.BusctlAsync(arguments);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }
}
