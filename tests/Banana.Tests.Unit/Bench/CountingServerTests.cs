// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using System.Net.Http.Headers;
using Banana.Bench.Delta.Ways;

namespace Banana.Tests.Unit.Bench;

public sealed class CountingServerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task It_counts_requests_and_the_bytes_of_files()
    {
        await using var server = await StartAsync();
        Assert.Equal("0123456789", await client.GetStringAsync(server.Address + "/sub/file", TestContext.Current.CancellationToken));
        using var missing = await client.GetAsync(server.Address + "/sub/other", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal((10, 2), (server.Bytes, server.Requests));
        server.Reset();
        Assert.Equal((0, 0), (server.Bytes, server.Requests));
    }

    [Fact]
    public async Task A_range_is_answered_with_that_part_alone()
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Address + "/sub/file") { Headers = { Range = new RangeHeaderValue(7, 20) } };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("789", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, server.Bytes);
    }

    private async Task<CountingServer> StartAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "sub"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "sub", "file"), "0123456789", TestContext.Current.CancellationToken);
        return CountingServer.Start(folder.Path);
    }
}
