// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Banana.Tests.Unit.Releases;

/// <summary>The HTTP store against servers with TLS: which protocol it speaks, over how many connections, and whom it trusts.</summary>
public sealed class TlsHttpTests : IDisposable
{
    private const int Streams = 24;

    private readonly TemporaryFolder folder = new();
    private readonly byte[] content = RandomNumberGenerator.GetBytes(Streams * 200_000);

    public TlsHttpTests() => File.WriteAllBytes(folder["image"], content);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task All_requests_share_one_connection_where_the_server_has_Http2()
    {
        await using var server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, cancellation: Cancellation);
        using var store = new HttpStore(server.Address, new HttpStoreOptions { Authorities = [server.Authority], Connections = 2, StallTimeout = TimeSpan.FromSeconds(10), Attempts = 1 });

        // More streams are open at once than there may be connections; the last is read first.
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(part => store.OpenAsync("image", Part(part), Cancellation)));
        for (var part = Streams - 1; part >= 0; part--)
        {
            Assert.Equal(Expected(part), await ReadAsync(streams[part]));
        }

        Assert.Equal(content.Length, await store.LengthAsync("image", Cancellation));
        Assert.Null(await store.ReadAsync("missing", 10, Cancellation));
        Assert.Equal(["h2"], server.Connections);
    }

    [Fact]
    public async Task Without_Http2_it_is_Http1_and_a_few_connections()
    {
        await using var server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1, cancellation: Cancellation);
        using var store = new HttpStore(server.Address, new HttpStoreOptions { Authorities = [server.Authority], Connections = 3 });
        var parts = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async part => await ReadAsync(await store.OpenAsync("image", Part(part), Cancellation))));
        Assert.Equal(content, parts.SelectMany(part => part));
        Assert.InRange(server.Connections.Count, 1, 3);
        Assert.DoesNotContain("h2", server.Connections);
    }

    [Fact]
    public async Task Connection_that_dies_silently_is_replaced()
    {
        await using var server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, cancellation: Cancellation);
        await using var network = new FreezingProxy(new Uri(server.Address).Port);
        using var store = new HttpStore($"https://localhost:{network.Port}", new HttpStoreOptions { Authorities = [server.Authority], StallTimeout = TimeSpan.FromSeconds(3), BackOff = TimeSpan.FromMilliseconds(10) });
        var stream = await store.OpenAsync("image", ByteRange.All, Cancellation);
        var start = new byte[50_000];
        await stream.ReadExactlyAsync(start, Cancellation);
        network.Freeze();
        byte[] all = [.. start, .. await ReadAsync(stream)];
        Assert.Equal(content, all);
        Assert.Equal(["h2", "h2"], server.Connections);
    }

    [Fact]
    public async Task Certificate_of_an_authority_that_is_not_trusted_is_refused()
    {
        await using var server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, cancellation: Cancellation);
        await using var other = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, cancellation: Cancellation);
        await RefusedAsync(server, new HttpStoreOptions());
        await RefusedAsync(server, new HttpStoreOptions { Authorities = [other.Authority] });
    }

    [Fact]
    public async Task Certificate_for_another_name_is_refused()
    {
        await using var server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, "elsewhere.example", Cancellation);
        await RefusedAsync(server, new HttpStoreOptions { Authorities = [server.Authority] });
    }

    private static async Task RefusedAsync(TlsServer server, HttpStoreOptions options)
    {
        using var store = new HttpStore(server.Address, options with { Attempts = 1 });
        var error = await Assert.ThrowsAsync<BananaException>(() => store.ReadAsync("image", 10, Cancellation));
        Assert.Equal(ExitCode.Unreachable, error.Code);
        Assert.Contains("no secure connection (is the certificate valid?)", error.Message, StringComparison.Ordinal);
    }

    private static ByteRange Part(int part) => new(part * 200_000, 200_000);

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Cancellation);
            return copy.ToArray();
        }
    }

    private byte[] Expected(int part) => content[(part * 200_000)..((part + 1) * 200_000)];
}
