// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Foundation;

public sealed class ArtifactCacheTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_is_made_once_and_kept()
    {
        using var folder = new TemporaryFolder();
        var cache = new ArtifactCache(folder.Path);
        var made = 0;

        var first = await cache.GetAsync("k", Make, null, Token);
        var second = await cache.GetAsync("k", Make, null, Token);

        Assert.Equal((1, false, true), (made, first.Hit, second.Hit));
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(second.Path, "f"), Token));

        Task Make(string path)
        {
            made++;
            return File.WriteAllTextAsync(Path.Combine(path, "f"), "x", Token);
        }
    }

    [Fact]
    public async Task A_failure_leaves_nothing_and_the_next_run_makes_it()
    {
        using var folder = new TemporaryFolder();
        var cache = new ArtifactCache(folder.Path);

        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("k", path => { File.WriteAllText(Path.Combine(path, "half"), ""); throw new InvalidOperationException(); }, null, Token));

        Assert.False(cache.Has("k"));
        Assert.Empty(Directory.GetDirectories(folder["partial"]));
        Assert.False((await cache.GetAsync("k", _ => Task.CompletedTask, null, Token)).Hit);
    }

    [Fact]
    public async Task Two_runs_at_once_make_it_once()
    {
        using var folder = new TemporaryFolder();
        var made = 0;
        var waited = 0;

        var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() => new ArtifactCache(folder.Path).GetAsync(
            "k", async _ => { Interlocked.Increment(ref made); await Task.Delay(300, Token); }, () => Interlocked.Increment(ref waited), Token)));
        await Task.WhenAll(runs);

        Assert.Equal(1, made);
        Assert.True(waited > 0);
    }

    [Fact]
    public async Task What_a_killed_run_left_is_swept_and_what_a_living_one_makes_is_not()
    {
        using var folder = new TemporaryFolder();
        var cache = new ArtifactCache(folder.Path);
        Directory.CreateDirectory(folder["partial/dead"]);
        var making = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var living = cache.GetAsync("living", async _ => { making.SetResult(); await go.Task; }, null, Token);
        await making.Task;

        new ArtifactCache(folder.Path).Sweep();

        Assert.Equal(["living"], Directory.GetDirectories(folder["partial"]).Select(Path.GetFileName));
        go.SetResult();
        Assert.False((await living).Hit);
    }

    [Fact]
    public async Task A_full_disk_is_told_in_one_line()
    {
        using var folder = new TemporaryFolder();

        var error = await Assert.ThrowsAsync<BananaException>(() => new ArtifactCache(folder.Path).GetAsync("k", _ => throw new IOException("x", 28), null, Token));

        Assert.Equal(ExitCode.NoSpace, error.Code);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_removed_entry_is_made_anew()
    {
        using var folder = new TemporaryFolder();
        var cache = new ArtifactCache(folder.Path);
        await cache.GetAsync("k", _ => Task.CompletedTask, null, Token);

        cache.Remove("k");

        Assert.False((await cache.GetAsync("k", _ => Task.CompletedTask, null, Token)).Hit);
    }

    [Fact]
    public async Task Pruning_keeps_the_last_used_of_each_kind_and_what_is_in_use()
    {
        using var folder = new TemporaryFolder();
        var cache = new ArtifactCache(folder.Path);
        var now = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var (key, hours) in new[] { ("erofs-a", 9), ("erofs-b", 8), ("erofs-c", 7), ("erofs-d", 1), ("tree-a", 99) })
        {
            await cache.GetAsync(key, _ => Task.CompletedTask, null, Token);
            Directory.SetLastAccessTimeUtc(cache.PathOf(key), now.UtcDateTime.AddHours(-hours));
        }

        var removed = cache.Prune(keep: 1, TimeSpan.FromHours(8.5), now);

        Assert.Equal(1, removed);
        Assert.Equal(["erofs-b", "erofs-c", "erofs-d", "tree-a"], Directory.GetDirectories(folder["entries"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
