// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Banana.Tuf;
using Banana.Tuf.Transport;

namespace Banana.Tests.Unit.Tuf;

/// <summary>The attacks that need a real server on a loopback address: endless data and slow retrieval.</summary>
public sealed class HostileServerTests
{
    private static readonly HttpLimits Impatient = new() { Connect = TimeSpan.FromSeconds(2), Silence = TimeSpan.FromMilliseconds(300), Window = TimeSpan.FromMilliseconds(400), LeastRate = 4000 };

    [Fact]
    public async Task A_repository_is_read_over_HTTP()
    {
        using var world = new TufWorld();
        var path = world.Release("20260101.1", "manifest"u8.ToArray());
        foreach (var (name, content) in world.Server.Files.Select(pair => ("metadata/" + pair.Key, pair.Value)).Concat(world.Targets.Files.Select(pair => ("releases/" + pair.Key, pair.Value))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(world.Folder, name))!);
            await File.WriteAllBytesAsync(Path.Combine(world.Folder, name), content, TestContext.Current.CancellationToken);
        }

        await using var server = new LoopbackServer(world.Folder);
        using var metadata = new HttpTransport(new Uri(server.Address + "/metadata"));
        using var targets = new HttpTransport(new Uri(server.Address + "/releases/"));
        var client = world.Client(transport: metadata);
        var target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("manifest"u8.ToArray(), await client.ReadAsync(targets, path, target!, 1000, TestContext.Current.CancellationToken));

        // The same from the folder itself.
        client = world.Client(transport: new DirectoryTransport(Path.Combine(world.Folder, "metadata")));
        target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("manifest"u8.ToArray(), await client.ReadAsync(new DirectoryTransport(Path.Combine(world.Folder, "releases")), path, target!, 1000, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Endless_data_is_cut_at_the_limit()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync(new byte[1 << 16], stop);
            }
        });
        Assert.Equal(TufFailure.TooLarge, await FailureAsync(server));
        Assert.True(server.Sent < 64 << 20);
    }

    [Fact]
    public async Task A_length_beyond_the_limit_is_refused_before_the_body()
    {
        await using var server = new RawServer((stream, stop) => stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"u8.ToArray(), stop).AsTask());
        Assert.Equal(TufFailure.TooLarge, await FailureAsync(server));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")]
    public async Task Silence_ends_the_fetch(string answer)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        var watch = Stopwatch.StartNew();
        Assert.Equal(TufFailure.TooSlow, await FailureAsync(server));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Slow_retrieval_ends_although_bytes_keep_coming()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 16000\r\n\r\n"u8.ToArray(), stop);
            while (true)
            {
                await stream.WriteAsync(new byte[1], stop);
                await Task.Delay(20, stop);
            }
        });
        Assert.Equal(TufFailure.TooSlow, await FailureAsync(server));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", TufFailure.NotFound)]
    [InlineData("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", TufFailure.NotFound)]
    [InlineData("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", TufFailure.Unreachable)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", TufFailure.Unreachable)]
    [InlineData("nonsense\r\n\r\n", TufFailure.Unreachable)]
    public async Task A_broken_answer_has_its_reason(string answer, TufFailure failure)
    {
        await using var server = new RawServer((stream, stop) => stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop).AsTask());
        Assert.Equal(failure, await FailureAsync(server));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        using var transport = new HttpTransport(new Uri("http://127.0.0.1:9/"), Impatient);
        Assert.Equal(TufFailure.Unreachable, (await Assert.ThrowsAsync<TufException>(() => transport.OpenAsync("1.root.json", 10, TestContext.Current.CancellationToken))).Failure);
    }

    [Fact]
    public async Task The_address_is_sent_as_it_is_escaped()
    {
        await using var server = new RawServer((stream, stop) => stream.WriteAsync("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop).AsTask());
        using var transport = new HttpTransport(server.Address, Impatient);
        await Assert.ThrowsAsync<TufException>(() => transport.OpenAsync("1...%2Fdelegated%3F%23.json", 10, TestContext.Current.CancellationToken));
        Assert.StartsWith("GET /1...%2Fdelegated%3F%23.json HTTP", server.Request, StringComparison.Ordinal);
        Assert.Equal(TufFailure.Malformed, (await Assert.ThrowsAsync<TufException>(() => transport.OpenAsync("a/../b", 10, TestContext.Current.CancellationToken))).Failure);
        Assert.Equal(TufFailure.Malformed, (await Assert.ThrowsAsync<TufException>(() => transport.OpenAsync("a/%2e%2e/b", 10, TestContext.Current.CancellationToken))).Failure);
    }

    private static async Task<TufFailure> FailureAsync(RawServer server)
    {
        using var world = new TufWorld();
        using var transport = new HttpTransport(server.Address, Impatient);
        return (await Assert.ThrowsAsync<TufException>(async () =>
        {
            var stream = await transport.OpenAsync("x", 16384, TestContext.Current.CancellationToken);
            await using (stream)
            {
                await Fetching.ReadAsync(new Opened(stream), "x", 16384, TestContext.Current.CancellationToken);
            }
        })).Failure;
    }

    private sealed class Opened(Stream stream) : ITufTransport
    {
        public Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation) => Task.FromResult(stream);
    }

    /// <summary>A server that answers one request with whatever a test writes.</summary>
    private sealed class RawServer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stop = new();
        private readonly Task running;

        public RawServer(Func<Stream, CancellationToken, Task> answer)
        {
            listener.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
            running = RunAsync(answer);
        }

        public Uri Address { get; }

        public string Request { get; private set; } = string.Empty;

        public long Sent { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            listener.Stop();
            await running;
            listener.Dispose();
            stop.Dispose();
        }

        private async Task RunAsync(Func<Stream, CancellationToken, Task> answer)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                var stream = client.GetStream();
                var buffer = new byte[8192];
                Request = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, stop.Token));
                await answer(stream, stop.Token);
                Sent++;
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The client went away, or the test is over.
            }
        }
    }
}
