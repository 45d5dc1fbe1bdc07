// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Tests.Unit.Bases;

public sealed class DownloaderTests : IAsyncDisposable
{
    private static readonly DownloadOptions Fast = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(2),
        StallTimeout = TimeSpan.FromMilliseconds(300),
        MinimumRate = 10_000,
        Retries = 2,
        FirstDelay = TimeSpan.FromMilliseconds(5),
    };

    private readonly TemporaryFolder directory = new();
    private readonly LoopbackServer server;
    private readonly PackagePool pool;
    private readonly byte[] content = new byte[300_000];

    public DownloaderTests()
    {
        new Random(7).NextBytes(content);
        Directory.CreateDirectory(directory["mirror"]);
        File.WriteAllBytes(directory["mirror/a.deb"], content);
        server = new LoopbackServer(directory["mirror"]);
        pool = new PackagePool(directory["pool"]);
    }

    private string Digest => Sha256Digest.Of(content);

    private Download Wanted => new("a 1", server.Address + "/a.deb", null, content.Length, Digest);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task File_arrives_whole()
    {
        await FetchAsync(Wanted);
        Assert.Equal(content, await File.ReadAllBytesAsync(pool.PathOf(Digest), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_that_is_there_is_not_asked_for()
    {
        await FetchAsync(Wanted);
        server.Requests.Clear();
        await FetchAsync(Wanted);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task File_address_is_read_from_disk()
    {
        await FetchAsync(Wanted with { Address = "file://" + directory["mirror/a.deb"] });
        Assert.True(pool.Has(Digest, content.Length));
    }

    [Fact]
    public async Task Cut_connection_is_resumed_where_it_broke()
    {
        server.Behave = (_, n) => n == 0 ? new Behaviour(CutAfter: 100_000) : new Behaviour();
        await FetchAsync(Wanted);
        Assert.Equal([0, 100_000], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task Partial_of_an_earlier_run_is_resumed()
    {
        server.Behave = (_, _) => new Behaviour(CutAfter: 50_000);
        await Assert.ThrowsAsync<BananaException>(() => FetchAsync(Wanted));
        server.Behave = (_, _) => new Behaviour();
        server.Requests.Clear();
        await FetchAsync(Wanted);
        Assert.True(Assert.Single(server.Requests).From > 0);
        Assert.True(pool.Has(Digest, content.Length));
    }

    [Fact]
    public async Task Damaged_partial_is_thrown_away_and_not_blamed_on_the_mirror()
    {
        Directory.CreateDirectory(directory["pool/partial"]);
        await File.WriteAllBytesAsync(directory["pool/partial/" + Digest], new byte[1000], TestContext.Current.CancellationToken);
        await FetchAsync(Wanted);
        Assert.Equal([1000, 0], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task Server_without_ranges_starts_again()
    {
        server.Behave = (_, n) => n == 0 ? new Behaviour(CutAfter: 100_000) : new Behaviour(IgnoreRange: true);
        await FetchAsync(Wanted);
        Assert.True(pool.Has(Digest, content.Length));
    }

    [Fact]
    public async Task Server_errors_are_tried_again()
    {
        server.Behave = (_, n) => new Behaviour(n < 2 ? 503 : 200);
        await FetchAsync(Wanted);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Stalled_mirror_is_given_up_in_one_line()
    {
        server.Behave = (_, _) => new Behaviour(StallAfter: 0);
        var error = await FailAsync(Wanted, ExitCode.Unreachable);
        Assert.Contains("sent nothing for 0.3 s", error.Message, StringComparison.Ordinal);
        Assert.Contains(server.Address, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trickling_mirror_is_given_up()
    {
        server.Behave = (_, _) => new Behaviour(Piece: 50, Pause: TimeSpan.FromMilliseconds(40));
        var error = await FailAsync(Wanted, ExitCode.Unreachable);
        Assert.Contains("too slow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mirror_that_is_gone_is_named()
    {
        await server.DisposeAsync();
        var error = await FailAsync(Wanted, ExitCode.Unreachable);
        Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_host_is_named()
    {
        var error = await FailAsync(Wanted with { Address = "http://nowhere.invalid/a.deb" }, ExitCode.Unreachable);
        Assert.Contains("nowhere.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_file_is_taken_from_the_archive()
    {
        server.Behave = (path, _) => new Behaviour(path == "/gone.deb" ? 404 : 200);
        await FetchAsync(Wanted with { Address = server.Address + "/gone.deb", Archive = server.Address + "/a.deb" });
        Assert.Equal(["/gone.deb", "/a.deb"], server.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task File_that_nobody_has_says_to_lock_again()
    {
        var error = await FailAsync(Wanted with { Address = server.Address + "/gone.deb", Archive = server.Address + "/gone-too.deb" }, ExitCode.Unreachable);
        Assert.Contains("banana lock --update", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Wrong_contents_are_refused_naming_expected_and_got()
    {
        content[5]++;
        var error = await FailAsync(Wanted, ExitCode.Untrusted);
        Assert.Contains(Digest, error.Message, StringComparison.Ordinal);
        content[5]--;
        Assert.Contains(Digest, error.Message, StringComparison.Ordinal);
        Assert.Contains("/a.deb", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Longer_file_is_refused_before_it_is_written()
    {
        var error = await FailAsync(Wanted with { Size = 1000 }, ExitCode.Untrusted);
        Assert.Contains("1000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_failure_stops_the_rest_and_is_the_one_that_is_told()
    {
        File.WriteAllText(directory["mirror/slow.deb"], "slow");
        server.Behave = (path, _) => path == "/slow.deb" ? new Behaviour(StallAfter: 0) : new Behaviour(403);
        using var downloader = new Downloader(Fast with { StallTimeout = TimeSpan.FromMinutes(5) });
        var slow = new Download("slow 1", server.Address + "/slow.deb", null, 4, Sha256Digest.Of("slow"));
        var error = await Assert.ThrowsAsync<BananaException>(() => downloader.FetchAsync([slow, Wanted], pool, SilentProgress.Instance, TestContext.Current.CancellationToken));
        Assert.Contains("a 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_download_leaves_nothing_in_the_pool()
    {
        server.Behave = (_, _) => new Behaviour(StallAfter: 200_000);
        using var cancel = new CancellationTokenSource();
        using var downloader = new Downloader(Fast with { StallTimeout = TimeSpan.FromMinutes(5) });
        var fetch = downloader.FetchAsync([Wanted], pool, new CancelAt(cancel, 200_000), cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.False(Directory.Exists(directory["pool/sha256"]));
    }

    [Fact]
    public async Task Two_downloaders_of_one_file_fetch_it_once()
    {
        server.Behave = (_, _) => new Behaviour(Piece: 100_000, Pause: TimeSpan.FromMilliseconds(50));
        await Task.WhenAll(FetchAsync(Wanted), FetchAsync(Wanted));
        Assert.Single(server.Requests);
    }

    private async Task FetchAsync(Download download)
    {
        using var downloader = new Downloader(Fast);
        await downloader.FetchAsync([download], pool, SilentProgress.Instance, TestContext.Current.CancellationToken);
    }

    private async Task<BananaException> FailAsync(Download download, ExitCode code)
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => FetchAsync(download));
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(pool.Has(download.Sha256, download.Size));
        return error;
    }

    private sealed class CancelAt(CancellationTokenSource source, long bytes) : IProgressStep
    {
        public void Report(long done, long total, string unit)
        {
            if (done >= bytes)
            {
                source.Cancel();
            }
        }

        public void Complete(string result, bool cached = false) => Assert.Fail("completed");

        public void Dispose()
        {
        }
    }
}
