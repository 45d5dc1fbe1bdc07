// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;

namespace Banana.Tests.Integration.Stores;

/// <summary>What every store must do for its readers. A new kind of store is a class that derives from this one or from <see cref="WritableStoreConformance"/>.</summary>
public abstract class ReadableStoreConformance
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The store under test.</summary>
    protected abstract IReleaseStore Store { get; }

    /// <summary>What writes to the same place.</summary>
    protected abstract IReleaseStore Writer { get; }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(20_000_001)]
    public async Task Reads_back_every_byte(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        await PutAsync($"images/some-{length}", content);
        Assert.Equal(length, await Store.LengthAsync($"images/some-{length}", Cancellation));
        Assert.Equal(content, await AllAsync($"images/some-{length}", ByteRange.All));
        Assert.Equal(content, (await Store.ReadAsync($"images/some-{length}", length, Cancellation))!.Content);
    }

    [Fact]
    public async Task Keys_may_have_all_permitted_characters()
    {
        await PutAsync("images/a_1.0+3-2~rc1@x=y.efi", [1, 2, 3]);
        Assert.Equal([1, 2, 3], await AllAsync("images/a_1.0+3-2~rc1@x=y.efi", ByteRange.All));
    }

    [Fact]
    public async Task Reads_parts()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        await PutAsync("chunks/aa/part", content);
        foreach (var (from, length) in new (int, int?)[] { (0, 1), (1, 2), (65_535, 2), (299_999, 1), (299_999, null), (0, 300_000), (100_000, null), (4096, 65_536) })
        {
            Assert.Equal(content.AsSpan(from, length ?? content.Length - from).ToArray(), await AllAsync("chunks/aa/part", new ByteRange(from, length)));
        }
    }

    [Theory]
    [InlineData(300_000, 1)]
    [InlineData(299_999, 2)]
    [InlineData(1L << 40, null)]
    public async Task Part_that_is_not_there_is_refused(long from, int? length)
    {
        await PutAsync("chunks/aa/short", new byte[300_000]);
        var error = await Assert.ThrowsAsync<BananaException>(() => AllAsync("chunks/aa/short", new ByteRange(from, length)));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("chunks/aa/short", error.Message, StringComparison.Ordinal);
        Assert.Contains("shorter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_object_is_told_as_such()
    {
        Assert.Null(await Store.ReadAsync("metadata/99.root.json", 1000, Cancellation));
        Assert.Null(await Store.LengthAsync("metadata/99.root.json", Cancellation));
        var error = await Assert.ThrowsAsync<MissingObjectException>(() => Store.OpenAsync("metadata/99.root.json", ByteRange.All, Cancellation));
        Assert.Equal("metadata/99.root.json", error.Key);
        Assert.Contains(Store.Location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_is_no_object()
    {
        await PutAsync("releases/core/1.1/manifest.json", [1]);
        Assert.Null(await Store.ReadAsync("releases/core", 1000, Cancellation));
        Assert.Null(await Store.LengthAsync("releases/core", Cancellation));
    }

    [Fact]
    public async Task Object_longer_than_permitted_is_refused()
    {
        await PutAsync("metadata/long.json", new byte[1001]);
        Assert.Equal(1001, (await Store.ReadAsync("metadata/long.json", 1001, Cancellation))!.Content.Length);
        var error = await Assert.ThrowsAsync<BananaException>(() => Store.ReadAsync("metadata/long.json", 1000, Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("a/.hidden")]
    [InlineData("a\\b")]
    [InlineData("a%2fb")]
    [InlineData("a\nb")]
    [InlineData("a/")]
    [InlineData("")]
    public async Task Name_that_could_leave_the_repository_is_refused(string key)
    {
        foreach (var attempt in new Func<Task>[] { () => Store.ReadAsync(key, 10, Cancellation), () => Store.LengthAsync(key, Cancellation), () => Store.OpenAsync(key, ByteRange.All, Cancellation) })
        {
            Assert.Equal(ExitCode.BadInput, (await Assert.ThrowsAsync<BananaException>(attempt)).Code);
        }
    }

    [Fact]
    public async Task Many_readers_at_once_get_their_own_parts()
    {
        var content = RandomNumberGenerator.GetBytes(1 << 20);
        await PutAsync("images/shared", content);
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (index, _) =>
            Assert.Equal(content.AsSpan(index * 16_384, 16_384).ToArray(), await AllAsync("images/shared", new ByteRange(index * 16_384, 16_384))));
    }

    [Fact]
    public async Task Replaced_object_is_read_anew()
    {
        await PutAsync("metadata/timestamp.json", "one"u8.ToArray());
        var before = await Store.ReadAsync("metadata/timestamp.json", 100, Cancellation);
        await PutAsync("metadata/timestamp.json", "two"u8.ToArray());
        var after = await Store.ReadAsync("metadata/timestamp.json", 100, Cancellation);
        Assert.Equal("two"u8.ToArray(), after!.Content);
        Assert.NotEqual(before!.Version, after.Version);
    }

    private protected Task PutAsync(string key, byte[] content) => Writer.UploadAsync(key, new MemoryStream(content), content.Length, Cancellation);

    private protected async Task<byte[]> AllAsync(string key, ByteRange range)
    {
        await using var stream = await Store.OpenAsync(key, range, Cancellation);
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return copy.ToArray();
    }
}
