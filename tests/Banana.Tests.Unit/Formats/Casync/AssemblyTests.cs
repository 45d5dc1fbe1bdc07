// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Casync;

public sealed class AssemblyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_seed_has_is_not_taken_from_the_store()
    {
        var (oldBytes, newBytes) = Pair();
        var seed = new IndexSeed(ChunkSamples.Open(oldBytes), ChunkSamples.Cut(oldBytes));
        var (report, image) = Assemble(newBytes, seed);
        Assert.Equal(newBytes, image);
        Assert.InRange(report.FromStore, 1, 400_000);
        Assert.True(report.FromSeeds > 1_000_000);
        Assert.Equal(0, report.ModifiedSeedChunks);
    }

    [Fact]
    public void A_seed_that_was_modified_does_no_harm()
    {
        var (oldBytes, newBytes) = Pair();
        var index = ChunkSamples.Cut(oldBytes);
        oldBytes[50_000] ^= 1;
        var (report, image) = Assemble(newBytes, new IndexSeed(ChunkSamples.Open(oldBytes[..^30_000]), index));
        Assert.Equal(newBytes, image);
        Assert.True(report.ModifiedSeedChunks >= 1);
    }

    [Fact]
    public void A_seed_with_another_digest_is_of_no_use()
    {
        var (oldBytes, newBytes) = Pair();
        var (report, image) = Assemble(newBytes, new IndexSeed(ChunkSamples.Open(oldBytes), ChunkSamples.Cut(oldBytes, digest: ChunkDigest.Sha256)));
        Assert.Equal(newBytes, image);
        Assert.Equal(0, report.FromSeeds);
    }

    [Fact]
    public void A_missing_chunk_ends_it_with_what_is_right_so_far()
    {
        var (_, newBytes) = Pair();
        var store = new FolderChunkStore(folder.Path);
        var index = ChunkSamples.Cut(newBytes, sink: store);
        File.Delete(store.PathOf(index.Chunks[3].Id));
        using var output = new MemoryStream();
        Assert.Throws<BananaException>(() => ImageAssembler.Assemble(index, [], store, output, TestContext.Current.CancellationToken));
        Assert.Equal(newBytes[..(int)index.Chunks[3].Offset], output.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    [InlineData(long.MaxValue)]
    public void The_plan_covers_exactly_what_is_missing(long gap)
    {
        var (oldBytes, newBytes) = Pair();
        var present = ChunkSamples.Cut(oldBytes).Chunks.Select(chunk => chunk.Id).ToHashSet();
        var index = ChunkSamples.Cut(newBytes);
        var plan = ChunkPlan.Make(index, present, gap);
        var missing = index.Chunks.Where(chunk => !present.Contains(chunk.Id)).DistinctBy(chunk => chunk.Id).ToList();
        Assert.NotEmpty(missing);
        Assert.Equal(missing.Sum(chunk => (long)chunk.Length), plan.MissingBytes);
        Assert.Equal(plan.Ranges.Sum(range => range.Length), plan.FetchedBytes);
        Assert.Equal(plan.Ranges.Count, plan.Requests);
        Assert.All(missing, chunk => Assert.Contains(plan.Ranges, range => range.Offset <= chunk.Offset && chunk.End <= range.End));
        Assert.All(plan.Ranges.Zip(plan.Ranges.Skip(1)), pair => Assert.True(pair.Second.Offset - pair.First.End > gap));
        Assert.True(gap > 0 || plan.FetchedBytes == plan.MissingBytes);
        Assert.True(gap < long.MaxValue || plan.Requests == 1);
    }

    [Fact]
    public void Nothing_is_fetched_of_what_is_there()
    {
        var index = ChunkSamples.Cut(ChunkSamples.Sample());
        var plan = ChunkPlan.Make(index, index.Chunks.Select(chunk => chunk.Id).ToHashSet(), 0);
        Assert.Equal((0, 0L, 0L), (plan.Requests, plan.MissingBytes, plan.FetchedBytes));
    }

    private (AssemblyReport Report, byte[] Image) Assemble(byte[] bytes, params IndexSeed[] seeds)
    {
        var store = new FolderChunkStore(folder.Path);
        var index = ChunkSamples.Cut(bytes, sink: store);
        using var output = new MemoryStream();
        var report = ImageAssembler.Assemble(index, seeds, store, output, TestContext.Current.CancellationToken);
        return (report, output.ToArray());
    }

    // The new image has a piece more in the middle, and another at the end.
    private static (byte[] Old, byte[] New) Pair()
    {
        var sample = ChunkSamples.Sample();
        return (sample, [.. sample[..700_000], .. ChunkSamples.Noise(100_000, 21), .. sample[700_000..], .. ChunkSamples.Noise(30_000, 22), .. ChunkSamples.Noise(100_000, 21)]);
    }
}
