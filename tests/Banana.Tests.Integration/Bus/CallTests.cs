// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Errors;
using Microsoft.Win32.SafeHandles;

namespace Banana.Tests.Integration.Bus;

/// <summary>Calls over a real bus.</summary>
public sealed class CallTests : IAsyncLifetime
{
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

    public static TheoryData<string, object> Values => new()
    {
        { "y", (byte)255 },
        { "b", true },
        { "n", (short)-2 },
        { "q", (ushort)65535 },
        { "i", int.MinValue },
        { "u", uint.MaxValue },
        { "x", long.MinValue },
        { "t", ulong.MaxValue },
        { "d", -0.5 },
        { "s", "Größe 🍌" },
        { "s", string.Empty },
        { "o", "/a/b_1" },
        { "g", "a{s(iv)}" },
        { "ay", new byte[] { 1, 0, 3 } },
        { "ay", Array.Empty<byte>() },
        { "ab", new[] { true, false } },
        { "an", new short[] { -1 } },
        { "aq", new ushort[] { 1 } },
        { "ai", new[] { 1, 2, 3 } },
        { "au", new uint[] { 7 } },
        { "ax", new long[] { 7 } },
        { "at", new ulong[] { 7 } },
        { "ad", new[] { 0.5 } },
        { "as", new[] { "a", string.Empty, "c" } },
        { "ao", new[] { "/" } },
        { "av", new[] { new BusVariant("s", "x"), new BusVariant("u", 1u) } },
        { "a{sv}", new Dictionary<string, object>(StringComparer.Ordinal) { ["a"] = new BusVariant("i", 1), ["b"] = new BusVariant("as", new[] { "x" }) } },
        { "a{us}", new Dictionary<object, object> { [1u] = "one" } },
        { "(sub)", new object[] { "x", 1u, true } },
        { "a(s(iay))", new object[] { new object[] { "x", new object[] { 1, new byte[] { 9 } } }, new object[] { "y", new object[] { 2, Array.Empty<byte>() } } } },
        { "aas", new object[] { new[] { "a" }, Array.Empty<string>() } },
        { "v", new BusVariant("v", new BusVariant("(s)", new object[] { "deep" })) },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Every_type_comes_back_as_it_went(string signature, object value)
    {
        var back = (await SampleService.CallAsync(client, "Turn", "v", [new BusVariant(signature, value)])).Get<BusVariant>(0);
        Assert.Equal(signature, back.Signature);
        Assert.Equal(value.GetType(), back.Value.GetType());
        Assert.Equivalent(value, back.Value, strict: true);
    }

    [Fact]
    public async Task Both_sides_call_each_other()
    {
        Assert.Equal(84u, (await SampleService.CallAsync(client, "Double", "u", [42u], new BusCallOptions { Returns = "u" })).Get<uint>(0));
        await client.ExportAsync("/back", new BusInterface("org.kde.banana1.Back").Method("Ping", string.Empty, "from:s", call => Task.FromResult<object[]>([call.Sender])), TestContext.Current.CancellationToken);
        Assert.Equal(service.Bus.UniqueName, (await service.Bus.AskAsync(client.UniqueName, "/back", "org.kde.banana1.Back", "Ping", string.Empty, [])).Get<string>(0));
        // A connection may call itself.
        Assert.Equal(2u, (await SampleService.CallAsync(service.Bus, "Double", "u", [1u])).Get<uint>(0));
    }

    [Fact]
    public async Task Sequences_dictionaries_and_tuples_are_taken_for_arrays_and_structs()
    {
        (string, uint)[] structs = [("a", 1), ("b", 2)];
        var values = (await SampleService.CallAsync(client, "Turn", "v", [new BusVariant("a(su)", structs)])).Get<BusVariant>(0).Get<object[]>();
        Assert.Equivalent(new object[] { new object[] { "a", 1u }, new object[] { "b", 2u } }, values, strict: true);
        var sorted = new SortedDictionary<string, uint>(StringComparer.Ordinal) { ["b"] = 2, ["a"] = 1 };
        Assert.Equal(2, (await SampleService.CallAsync(client, "Turn", "v", [new BusVariant("a{su}", sorted)])).Get<BusVariant>(0).Get<Dictionary<string, object>>().Count);
    }

    [Fact]
    public async Task A_descriptor_arrives_as_one_of_our_own()
    {
        var file = world.Folder.Combine("passed");
        await File.WriteAllTextAsync(file, "through the bus", TestContext.Current.CancellationToken);
        using var sent = File.OpenHandle(file);
        var back = (await SampleService.CallAsync(client, "Turn", "v", [new BusVariant("h", sent)])).Get<BusVariant>(0).Get<SafeFileHandle>();
        sent.Dispose();
        using var reader = new StreamReader(new FileStream(back, FileAccess.Read));
        Assert.Equal("through the bus", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("u", "cannot take the text 'text' as 'u'")]
    [InlineData("su", "takes 2 values ('su') and not 1")]
    [InlineData("as", "as 'as'")]
    [InlineData("o", "the text 'text' as 'o'")]
    public async Task What_does_not_fit_the_signature_is_not_sent(string signature, string says)
    {
        var error = await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Double", signature, ["text"]));
        Assert.Equal(BusErrors.InvalidArgs, error.Name);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("Sample1.Double", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zero_in_a_text_is_refused() =>
        Assert.Contains("\\0", (await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Turn", "v", [new BusVariant("s", "a\0b")]))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_message_has_a_bounded_number_of_values()
    {
        var most = new BusVariant("au", new uint[99_990]);
        await SampleService.CallAsync(client, "Turn", "v", [most]);
        await Fails(BusErrors.LimitsExceeded, "Sample1.Turn has more than 100000 values", () => SampleService.CallAsync(client, "Turn", "v", [new BusVariant("au", new uint[100_000])]));
        Assert.Equal(1 << 22, (await SampleService.CallAsync(client, "Turn", "v", [new BusVariant("ay", new byte[1 << 22])])).Get<BusVariant>(0).Get<byte[]>().Length);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        await Fails(BusErrors.InvalidArgs, "Sample1.Double takes 'u' and not 's'", () => SampleService.CallAsync(client, "Double", "s", ["x"]));
        await Fails(BusErrors.UnknownMethod, "no method Nothing", () => SampleService.CallAsync(client, "Nothing"));
        await Fails(BusErrors.UnknownInterface, "no interface org.x.Y", () => client.AskAsync(SampleService.Name, SampleService.Path, "org.x.Y", "Double", string.Empty, []));
        await Fails(BusErrors.UnknownObject, "no object /nowhere", () => client.AskAsync(SampleService.Name, "/nowhere", SampleService.Interface, "Double", string.Empty, []));
        await Fails(BusErrors.UnknownObject, "only some below it", () => client.AskAsync(SampleService.Name, "/org/kde", SampleService.Interface, "Double", string.Empty, []));
        await Fails(BusErrors.ServiceUnknown, "org.kde.banana1.None", () => client.AskAsync("org.kde.banana1.None", "/", SampleService.Interface, "Double", string.Empty, []));
        await Fails(BusErrors.InvalidSignature, "has the values 'u' and not 's'", () => SampleService.CallAsync(client, "Double", "u", [1u], new BusCallOptions { Returns = "s" }));
        await Fails(BusErrors.InvalidArgs, "is a 'u' and not a String", async () => (await SampleService.CallAsync(client, "Double", "u", [1u])).Get<string>(0));
        await Fails(BusErrors.InvalidArgs, "has 1 values ('u') and no number 2", async () => (await SampleService.CallAsync(client, "Double", "u", [1u])).Get<uint>(1));
    }

    [Fact]
    public async Task An_expected_error_keeps_its_line_and_its_exit_code()
    {
        foreach (var code in Enum.GetValues<ExitCode>())
        {
            foreach (var sent in new[] { new BananaException(code, "there is; no: room"), new BananaException(code, "no room", where: "/var: x", next: "free 3 MiB"), new BananaException(code, "no room", next: "go") })
            {
                service.Failure = sent;
                var came = await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Fail"));
                Assert.Equal("org.kde.banana1.Error." + code, came.Name);
                Assert.Equal((sent.Message, sent.Code, sent.What, sent.Where, sent.Next), (came.Message, came.Code, came.What, came.Where, came.Next));
            }
        }

        // What a service itself calls a defect is told on both sides.
        Assert.Equal(3, world.Defects.Count(error => error is BananaException { Code: ExitCode.Defect }));
        Assert.Equal(3, world.Defects.Count);
    }

    [Fact]
    public async Task An_unexpected_error_is_a_defect_here_and_there()
    {
        service.Failure = new InvalidOperationException("a bug\0with a zero");
        var came = await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Fail"));
        Assert.Equal(("org.kde.banana1.Error.Defect", ExitCode.Defect), (came.Name, came.Code));
        Assert.StartsWith("InvalidOperationException: a bug", came.Message, StringComparison.Ordinal);
        Assert.Same(service.Failure, Assert.Single(world.Defects));
    }

    [Fact]
    public async Task A_handler_that_returns_other_than_described_is_a_defect()
    {
        var came = await Assert.ThrowsAsync<BusException>(() => SampleService.CallAsync(client, "Lie"));
        Assert.Equal(ExitCode.Defect, came.Code);
        Assert.Contains("Sample1.Lie", came.Message, StringComparison.Ordinal);
        Assert.Single(world.Defects);
    }

    [Fact]
    public async Task A_thousand_calls_at_once_are_all_answered()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => SampleService.CallAsync(client, "Double", "u", [(uint)number])));
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => (uint)number * 2), answers.Select(answer => answer.Get<uint>(0)));
        Assert.Equal(0, service.Bus.ActiveCalls);
    }

    [Fact]
    public async Task More_calls_than_may_be_are_refused_and_the_rest_goes_on()
    {
        var small = await world.ConnectAsync(new BusOptions { MostCalls = 3 });
        TaskCompletionSource<object[]> release = new();
        await small.ExportAsync("/small", new BusInterface("org.x.Small").Method("Wait", string.Empty, string.Empty, _ => release.Task), TestContext.Current.CancellationToken);
        var calls = Enumerable.Range(0, 10).Select(_ => client.AskAsync(small.UniqueName, "/small", "org.x.Small", "Wait", string.Empty, [])).ToList();
        await world.UntilAsync(() => calls.Count(call => call.IsFaulted) == 7);
        Assert.All(calls.Where(call => call.IsFaulted), call => Assert.Equal((BusErrors.LimitsExceeded, ExitCode.Busy), (((BusException)call.Exception!.InnerException!).Name, ((BusException)call.Exception!.InnerException!).Code)));
        release.SetResult([]);
        await Task.WhenAll(calls.Where(call => !call.IsFaulted));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_or_late_ends_at_once_and_the_connection_goes_on()
    {
        using CancellationTokenSource cancel = new(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync(SampleService.Name, SampleService.Path, SampleService.Interface, "Hang", string.Empty, [], cancellation: cancel.Token));
        await Fails(BusErrors.Timeout, "did not answer in 0.05 s", () => SampleService.CallAsync(client, "Hang", options: new BusCallOptions { Timeout = TimeSpan.FromMilliseconds(50) }));
        Assert.Equal(2u, (await SampleService.CallAsync(client, "Double", "u", [1u])).Get<uint>(0));
    }

    [Fact]
    public async Task A_caller_that_vanishes_cancels_its_call()
    {
        var leaver = await world.ConnectAsync();
        var call = SampleService.CallAsync(leaver, "Hang");
        var seen = await service.Hanging.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(leaver.UniqueName, seen.Sender);
        Assert.Equal(TimeSpan.Zero, service.Bus.IdleTime);
        await leaver.DisposeAsync();
        Assert.Equal(BusErrors.Disconnected, (await Assert.ThrowsAsync<BusException>(() => call)).Name);
        await world.UntilAsync(() => seen.Cancellation.IsCancellationRequested && service.Bus.ActiveCalls == 0);
        Assert.Empty(world.Defects);
    }

    [Fact]
    public async Task A_bus_that_ends_fails_what_waits_and_tells_so()
    {
        var call = SampleService.CallAsync(client, "Hang");
        var seen = await service.Hanging.Task.WaitAsync(TestContext.Current.CancellationToken);
        await world.KillAsync();
        var error = await Assert.ThrowsAsync<BusException>(() => call);
        Assert.Equal((BusErrors.Disconnected, ExitCode.Unreachable), (error.Name, error.Code));
        await client.Closed.WaitAsync(TestContext.Current.CancellationToken);
        await service.Bus.Closed.WaitAsync(TestContext.Current.CancellationToken);
        await world.UntilAsync(() => seen.Cancellation.IsCancellationRequested);
        await Fails(BusErrors.Disconnected, "connection to the message bus ended", () => SampleService.CallAsync(client, "Double", "u", [1u]));
        await service.Export.DisposeAsync();
    }

    [Fact]
    public async Task A_bus_that_is_not_there_is_unreachable()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => BusConnection.OpenAsync("unix:path=/nowhere/bus"));
        Assert.Equal(ExitCode.Unreachable, error.Code);
        Assert.StartsWith("unix:path=/nowhere/bus: the message bus cannot be reached: No such file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_another_has_is_busy()
    {
        Assert.Equal(ExitCode.Busy, (await Assert.ThrowsAsync<BananaException>(() => client.RequestNameAsync(SampleService.Name, TestContext.Current.CancellationToken))).Code);
        Assert.Equal(ExitCode.Denied, (await Assert.ThrowsAsync<BusException>(() => client.RequestNameAsync("org.kde.banana1.Forbidden", TestContext.Current.CancellationToken))).Code);
        await service.Bus.ReleaseNameAsync(SampleService.Name, TestContext.Current.CancellationToken);
        await client.RequestNameAsync(SampleService.Name, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Objects_come_and_go()
    {
        var job = await service.Bus.ExportAsync("/org/kde/banana1/job/_1", service.Describe(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidOperationException>(() => service.Bus.ExportAsync("/org/kde/banana1/job/_1", service.Describe(), TestContext.Current.CancellationToken));
        Task<BusValues> Call() => client.AskAsync(SampleService.Name, "/org/kde/banana1/job/_1", SampleService.Interface, "Double", "u", [1u]);
        await Call();
        await job.DisposeAsync();
        await job.DisposeAsync();
        await Fails(BusErrors.UnknownObject, "/org/kde/banana1/job/_1", Call);
    }

    [Fact]
    public async Task The_caller_is_known()
    {
        var who = await SampleService.CallAsync(client, "WhoAmI");
        Assert.Equal((0u, (uint)Environment.ProcessId), (who.Get<uint>(0), who.Get<uint>(1)));
        Assert.Equal("uu 65534", string.Join(' ', (await world.BusctlAsAsync(65534, "call", SampleService.Name, SampleService.Path, SampleService.Interface, "WhoAmI")).Output.Split(' ').Take(2)));
    }

    private static async Task Fails(string name, string says, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<BusException>(action);
        Assert.Equal(name, error.Name);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
