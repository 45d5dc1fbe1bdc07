// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;

namespace Banana.Tests.Integration.Bus;

/// <summary>A service with one of everything.</summary>
internal sealed class SampleService
{
    public const string Name = "org.kde.banana1.Sample";
    public const string Path = "/org/kde/banana1/sample";
    public const string Interface = "org.kde.banana1.Sample1";

    private SampleService(BusConnection bus) => Bus = bus;

    public BusConnection Bus { get; }

    public BusExport Export { get; private set; } = null!;

    public uint Level { get; set; } = 5;

    public TaskCompletionSource<BusCall> Hanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What <c>Fail</c> throws.</summary>
    public Exception Failure { get; set; } = new InvalidOperationException("nothing");

    public static async Task<SampleService> StartAsync(PrivateBus world, BusOptions? options = null)
    {
        SampleService service = new(await world.ConnectAsync(options));
        service.Export = await service.Bus.ExportAsync(Path, service.Describe(), TestContext.Current.CancellationToken);
        await service.Bus.RequestNameAsync(Name, TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>Calls a method of the service, as long as the test runs.</summary>
    public static Task<BusValues> CallAsync(BusConnection client, string member, string signature = "", object[]? values = null, BusCallOptions? options = null) =>
        client.CallAsync(Name, Path, Interface, member, signature, values ?? [], options, TestContext.Current.CancellationToken);

    public BusInterface Describe() => new BusInterface(Interface)
        .Method("Double", "number:u", "twice:u", call => Task.FromResult<object[]>([call.Values.Get<uint>(0) * 2]))
        .Method("Turn", "value:v", "value:v", call => Task.FromResult<object[]>([call.Values.Get<BusVariant>(0)]))
        .Method("WhoAmI", string.Empty, "uid:u pid:u", async call =>
        {
            var peer = await call.GetPeerAsync();
            return [peer.UserId, peer.ProcessId];
        })
        .Method("Fail", string.Empty, call => Task.FromException(Failure))
        .Method("Hang", string.Empty, async call =>
        {
            Hanging.TrySetResult(call);
            await Task.Delay(Timeout.Infinite, call.Cancellation);
        })
        .Method("Lie", string.Empty, "number:u", call => Task.FromResult<object[]>(["no number"]))
        .Method("CheckedCall", "action:s", async call => await Polkit.CheckAsync(call, call.Values.Get<string>(0)))
        .Property("Level", "u", () => Level, (call, value) =>
        {
            Level = (uint)value;
            return Task.CompletedTask;
        })
        .Property("Version", "s", () => "1.0", change: BusChange.Never)
        .Signal("Happened", "what:s count:u");
}

/// <summary>Calls that end with the test.</summary>
internal static class TestCalls
{
    public static Task<BusValues> AskAsync(this BusConnection bus, string destination, string path, string @interface, string member, string signature, IReadOnlyList<object> values, BusCallOptions? how = null) =>
        bus.CallAsync(destination, path, @interface, member, signature, values, how, TestContext.Current.CancellationToken);
}
