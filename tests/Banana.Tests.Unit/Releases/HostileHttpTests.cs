// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Http;

namespace Banana.Tests.Unit.Releases;

/// <summary>The HTTP store against a server that misbehaves.</summary>
public sealed class HostileHttpTests : IAsyncLifetime
{
    private static readonly HttpStoreOptions Impatient = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(2),
        StallTimeout = TimeSpan.FromSeconds(0.4),
        MinimumRate = 100_000,
        Attempts = 3,
        BackOff = TimeSpan.FromMilliseconds(5),
        MaximumLength = 5_000_000,
    };

    private readonly TemporaryFolder folder = new();
    private readonly byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
    private LoopbackServer server = null!;
    private HttpStore store = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(folder["image"], content, Cancellation);
        server = new LoopbackServer(folder.Path);
        store = new HttpStore(server.Address, Impatient);
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Broken_body_is_resumed_where_it_broke()
    {
        server.Behave = (_, count) => count < 8 ? new Behaviour(CutAfter: 1_100_000, Tag: "a") : new Behaviour(Tag: "a");
        Assert.Equal(content, await AllAsync(ByteRange.All));
        Assert.Equal([0, 1_100_000, 2_200_000], server.Requests.Select(request => request.From).Take(3));
        Assert.Equal(content[10..2_500_000], await AllAsync(new ByteRange(10, 2_499_990)));
    }

    [Fact]
    public async Task Busy_or_absent_server_is_asked_again()
    {
        server.Behave = (_, count) => count switch { 0 => new Behaviour(503), 1 => new Behaviour(Drop: true), _ => new Behaviour() };
        Assert.Equal(content, await AllAsync(ByteRange.All));
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("drop", "after 3 attempts")]
    [InlineData("500", "the server answered 500")]
    [InlineData("stall", "sent nothing")]
    [InlineData("slow", "too slow")]
    [InlineData("cut", "ended too early")]
    public async Task Server_that_stays_bad_is_named(string how, string text)
    {
        server.Behave = (_, _) => how switch
        {
            "drop" => new Behaviour(Drop: true),
            "500" => new Behaviour(500),
            "stall" => new Behaviour(StallAfter: 1000),
            "slow" => new Behaviour(Pause: TimeSpan.FromMilliseconds(50), Piece: 100),
            _ => new Behaviour(CutAfter: 1000),
        };
        var error = await FailsAsync(ExitCode.Unreachable, ByteRange.All, text);
        Assert.Contains(server.Address, error.Message, StringComparison.Ordinal);
        Assert.Contains("3 attempts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_data_ends()
    {
        server.Behave = (_, _) => new Behaviour(Endless: true);
        await FailsAsync(ExitCode.Untrusted, ByteRange.All, "longer than the 5000000 bytes");
        var error = await Assert.ThrowsAsync<BananaException>(() => store.ReadAsync("image", 1000, Cancellation));
        Assert.Contains("longer than the 1000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_changes_in_the_middle_is_refused()
    {
        server.Behave = (_, count) => count == 0 ? new Behaviour(CutAfter: 1_000_000, Tag: "a") : new Behaviour(Tag: "b");
        await FailsAsync(ExitCode.Untrusted, ByteRange.All, "changed while it was read");
    }

    [Fact]
    public async Task Server_without_ranges_is_named()
    {
        server.Behave = (_, _) => new Behaviour(IgnoreRange: true);
        await FailsAsync(ExitCode.Unreachable, new ByteRange(10, 10), "does not send parts");
        Assert.Equal(content[..10], await AllAsync(new ByteRange(0, 10)));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "file")]
    [InlineData("ftp://127.0.0.1/image", "ftp")]
    public async Task Redirect_to_another_scheme_is_not_followed(string location, string scheme)
    {
        server.Behave = (_, _) => new Behaviour(302, Location: location);
        await FailsAsync(ExitCode.Unreachable, ByteRange.All, scheme);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Redirect_to_another_place_is_followed_but_not_for_ever()
    {
        server.Behave = (path, _) => path == "/image" ? new Behaviour(302, Location: "/elsewhere") : new Behaviour();
        await File.WriteAllBytesAsync(folder["elsewhere"], content, Cancellation);
        Assert.Equal(content, await AllAsync(ByteRange.All));
        server.Behave = (_, _) => new Behaviour(302, Location: "/image");
        await FailsAsync(ExitCode.Unreachable, ByteRange.All, "redirects");
    }

    [Theory]
    [InlineData(403)]
    [InlineData(401)]
    public async Task Refusal_is_not_repeated(int status)
    {
        server.Behave = (_, _) => new Behaviour(status);
        await FailsAsync(ExitCode.Unreachable, ByteRange.All, $"({status})");
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("http://host/?a=b")]
    [InlineData("nonsense")]
    public void Address_that_is_none_is_refused(string address) => Assert.Equal(ExitCode.Usage, Assert.Throws<BananaException>(() => new HttpStore(address)).Code);

    private async Task<BananaException> FailsAsync(ExitCode code, ByteRange range, string text)
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => AllAsync(range));
        Assert.Equal(code, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        return error;
    }

    private async Task<byte[]> AllAsync(ByteRange range)
    {
        await using var stream = await store.OpenAsync("image", range, Cancellation);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
