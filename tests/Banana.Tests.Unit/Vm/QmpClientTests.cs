// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net.Sockets;
using Banana.Foundation.Errors;
using Banana.Vm.Qmp;

namespace Banana.Tests.Unit.Vm;

/// <summary>The client against a partner that says what QEMU says; the virtual machine tests have QEMU itself.</summary>
public sealed class QmpClientTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Socket listener;
    private readonly List<QmpEvent> events = [];

    public QmpClientTests()
    {
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(folder["qmp"]));
        listener.Listen();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        listener.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Answers_find_their_commands_and_events_come_in_between()
    {
        var partner = PartnerAsync(
            ("query-status", """{"event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}"""),
            ("\"id\":\"2\"", """{"return": {"status": "running", "running": true}, "id": "2"}"""));
        await using (var client = await ConnectAsync())
        {
            Assert.Equal("running", await client.QueryStatusAsync(Token));
            var reset = Assert.Single(events);
            Assert.Equal(("RESET", "guest-reset", (string?)null), (reset.Name, reset.Text("reason"), reset.Text("guest")));
        }

        await partner;
    }

    [Fact]
    public async Task A_refusal_is_an_error_with_its_words()
    {
        var partner = PartnerAsync(("screendump", """{"error": {"class": "GenericError", "desc": "no console"}, "id": "2"}"""));
        await using (var client = await ConnectAsync())
        {
            Assert.Contains("QEMU refused: no console", (await Assert.ThrowsAsync<BananaException>(() => client.ScreendumpAsync("/x", Token))).Message);
        }

        await partner;
    }

    [Fact]
    public async Task A_partner_that_dies_ends_the_waiting_and_what_is_asked_later()
    {
        var partner = PartnerAsync(("quit", "{\"retu"));
        await using var client = await ConnectAsync();
        await Assert.ThrowsAsync<BananaException>(() => client.QuitAsync(Token));
        await partner;
        await client.Closed.WaitAsync(TimeSpan.FromSeconds(5), Token);
        Assert.Contains("QEMU is gone", (await Assert.ThrowsAsync<BananaException>(() => client.QueryStatusAsync(Token))).Message);
    }

    [Fact]
    public async Task Something_else_than_qmp_is_refused()
    {
        var partner = Task.Run(async () =>
        {
            using var socket = await listener.AcceptAsync(Token);
            await socket.SendAsync("HTTP/1.1 400 Bad Request\r\n"u8.ToArray(), Token);
        }, Token);
        await Assert.ThrowsAsync<BananaException>(ConnectAsync);
        await partner;
    }

    /// <summary>Greets, then answers each command that contains the expected words.</summary>
    private async Task PartnerAsync(params (string Expected, string Answer)[] talk)
    {
        using var socket = await listener.AcceptAsync(Token);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        await writer.WriteLineAsync("""{"QMP": {"version": {}, "capabilities": ["oob"]}}""");
        Assert.Contains("qmp_capabilities", await reader.ReadLineAsync(Token));
        await writer.WriteLineAsync("""{"return": {}, "id": "1"}""");
        var command = await reader.ReadLineAsync(Token);
        foreach (var (expected, answer) in talk)
        {
            Assert.Contains(expected, command);
            await writer.WriteLineAsync(answer);
        }
    }

    private async Task<QmpClient> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder["qmp"]), Token);
        return await QmpClient.ConnectAsync(new NetworkStream(socket, ownsSocket: true), events.Add, Token);
    }
}
