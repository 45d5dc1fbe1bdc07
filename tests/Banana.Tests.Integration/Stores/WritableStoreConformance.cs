// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;

namespace Banana.Tests.Integration.Stores;

/// <summary>What every store that publishers write to must do.</summary>
public abstract class WritableStoreConformance : ReadableStoreConformance
{
    protected override IReleaseStore Writer => Store;

    [Fact]
    public async Task Lists_by_prefix()
    {
        string[] keys = ["list/a/1", "list/a/2", "list/b/1", "list/ab", "list/a/deep/er/3", "listed"];
        foreach (var key in keys)
        {
            await PutAsync(key, Encoding.ASCII.GetBytes(key));
        }

        Assert.Equal(keys[..5].Order(StringComparer.Ordinal), await ListAsync("list/"));
        Assert.Equal(["list/a/1", "list/a/2", "list/a/deep/er/3"], await ListAsync("list/a/"));
        Assert.Equal(["list/a/1", "list/a/2", "list/a/deep/er/3", "list/ab"], await ListAsync("list/a"));
        Assert.Empty(await ListAsync("nothing/"));
        Assert.Contains("listed", await ListAsync(string.Empty));
        await foreach (var entry in Store.ListAsync("list/", Cancellation))
        {
            Assert.Equal(entry.Key.Length, entry.Length);
        }
    }

    [Fact]
    public async Task Deletes()
    {
        await PutAsync("gone/1", [1]);
        await Store.DeleteAsync("gone/1", Cancellation);
        await Store.DeleteAsync("gone/1", Cancellation);
        Assert.Null(await Store.ReadAsync("gone/1", 10, Cancellation));
        Assert.Empty(await ListAsync("gone/"));
    }

    [Fact]
    public async Task Writes_what_is_missing_only_once()
    {
        Assert.True(await Store.WriteAsync("once/1", "first"u8.ToArray(), Precondition.Missing, Cancellation));
        Assert.False(await Store.WriteAsync("once/1", "second"u8.ToArray(), Precondition.Missing, Cancellation));
        Assert.Equal("first"u8.ToArray(), (await Store.ReadAsync("once/1", 10, Cancellation))!.Content);
        await Store.DeleteAsync("once/1", Cancellation);
        Assert.True(await Store.WriteAsync("once/1", "third"u8.ToArray(), Precondition.Missing, Cancellation));
    }

    [Fact]
    public async Task Replaces_only_what_was_read()
    {
        await Store.WriteAsync("swap/1", "one"u8.ToArray(), Precondition.None, Cancellation);
        var read = (await Store.ReadAsync("swap/1", 10, Cancellation))!;
        Assert.True(await Store.WriteAsync("swap/1", "two"u8.ToArray(), Precondition.Unchanged(read), Cancellation));
        Assert.False(await Store.WriteAsync("swap/1", "three"u8.ToArray(), Precondition.Unchanged(read), Cancellation));
        Assert.Equal("two"u8.ToArray(), (await Store.ReadAsync("swap/1", 10, Cancellation))!.Content);
        await Store.DeleteAsync("swap/1", Cancellation);
        Assert.False(await Store.WriteAsync("swap/1", "four"u8.ToArray(), Precondition.Unchanged(read), Cancellation));
    }

    [Fact]
    public async Task Reader_in_the_middle_sees_the_old_or_the_new()
    {
        byte[] old = [.. Enumerable.Repeat((byte)'o', 50_000)], fresh = [.. Enumerable.Repeat((byte)'n', 50_000)];
        await PutAsync("metadata/pointer", old);
        var writer = Task.Run(
            async () =>
            {
                for (var turn = 0; turn < 40; turn++)
                {
                    await Store.WriteAsync("metadata/pointer", turn % 2 == 0 ? fresh : old, Precondition.None, Cancellation);
                }
            },
            Cancellation);
        while (!writer.IsCompleted)
        {
            var seen = (await Store.ReadAsync("metadata/pointer", 50_000, Cancellation))!.Content;
            Assert.True(seen.AsSpan().SequenceEqual(old) || seen.AsSpan().SequenceEqual(fresh), "a half-written object was read");
        }

        await writer;
    }

    [Theory]
    [InlineData(10)]
    [InlineData(17_000_000)]
    public async Task Source_of_another_length_writes_nothing(int length)
    {
        foreach (var said in new[] { length - 1, length + 1 })
        {
            var error = await Assert.ThrowsAsync<BananaException>(() => Store.UploadAsync("broken/1", new MemoryStream(new byte[length]), said, Cancellation));
            Assert.Equal(ExitCode.BadInput, error.Code);
        }

        Assert.Null(await Store.LengthAsync("broken/1", Cancellation));
        Assert.Empty(await ListAsync("broken/"));
        Assert.Equal(0, await Store.SweepAsync(DateTimeOffset.MaxValue, Cancellation));
    }

    [Fact]
    public async Task Stopped_upload_leaves_nothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var source = new StoppingStream(40_000_000, stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.UploadAsync("stopped/1", source, 40_000_000, stop.Token));
        Assert.Null(await Store.LengthAsync("stopped/1", Cancellation));
        Assert.Equal(0, await Store.SweepAsync(DateTimeOffset.MaxValue, Cancellation));
    }

    [Fact]
    public async Task Only_one_of_two_publishers_gets_the_lock()
    {
        var attempts = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => TakeAsync($"publisher {index}", TimeSpan.FromMinutes(5), TimeProvider.System)));
        var held = Assert.Single(attempts, attempt => attempt.Held is not null).Held!;
        Assert.All(attempts.Where(attempt => attempt.Held is null), attempt => Assert.Equal(ExitCode.Busy, attempt.Error!.Code));
        await held.RenewAsync(Cancellation);
        var late = await TakeAsync("late", TimeSpan.FromMinutes(5), TimeProvider.System);
        Assert.Contains("publisher", late.Error!.Message, StringComparison.Ordinal);
        await held.DisposeAsync();
        var next = await TakeAsync("next", TimeSpan.FromMinutes(5), TimeProvider.System);
        await next.Held!.DisposeAsync();
    }

    [Fact]
    public async Task Lock_of_a_killed_publisher_ends()
    {
        var killed = (await TakeAsync("killed", TimeSpan.FromMinutes(5), TimeProvider.System)).Held!;
        var next = (await TakeAsync("next", TimeSpan.FromMinutes(5), new LaterClock(TimeSpan.FromMinutes(6)))).Held!;
        Assert.Equal(ExitCode.Busy, (await Assert.ThrowsAsync<BananaException>(() => killed.RenewAsync(Cancellation))).Code);
        await killed.DisposeAsync(); // Must not take the lock from the next one.
        Assert.Equal(ExitCode.Busy, (await TakeAsync("third", TimeSpan.FromMinutes(5), TimeProvider.System)).Error!.Code);
        await next.DisposeAsync();
    }

    private async Task<(StoreLock? Held, BananaException? Error)> TakeAsync(string holder, TimeSpan lifetime, TimeProvider time)
    {
        try
        {
            return (await StoreLock.TakeAsync(Store, "locks/publish.json", holder, lifetime, time, Cancellation), null);
        }
        catch (BananaException error)
        {
            return (null, error);
        }
    }

    private async Task<List<string>> ListAsync(string prefix)
    {
        List<string> keys = [];
        await foreach (var entry in Store.ListAsync(prefix, Cancellation))
        {
            keys.Add(entry.Key);
        }

        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    /// <summary>Zeros that cancel their reader half way.</summary>
    private sealed class StoppingStream(long length, CancellationTokenSource stop) : MemoryStream
    {
        private long given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            given += buffer.Length;
            if (given > length / 2)
            {
                await stop.CancelAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return buffer.Length;
        }
    }
}
