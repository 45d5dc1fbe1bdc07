// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Casync;

public sealed class ImageChunkerTests
{
    [Theory]
    [InlineData("sample-4-16-64.caibx", "4:16:64", ChunkDigest.Sha512Half, 1)]
    [InlineData("sample-4-16-64.caibx", "4:16:64", ChunkDigest.Sha512Half, 5)]
    [InlineData("sample-16-64-256.caibx", "16:64:256", ChunkDigest.Sha512Half, 2)]
    [InlineData("sample-4-16-64-sha256.caibx", "4:16:64", ChunkDigest.Sha256, 2)]
    public void The_index_is_the_one_that_desync_makes(string golden, string sizes, ChunkDigest digest, int threads)
    {
        var index = ChunkSamples.Cut(ChunkSamples.Sample(), sizes, digest, threads: threads);
        Assert.Equal(ChunkSamples.Golden(golden), ChunkIndexWriter.Compose(index));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Chunks_across_the_ends_of_the_buffer_are_those_of_the_definition(int threads)
    {
        var bytes = ChunkSamples.Noise(22 << 20, 7);
        bytes.AsSpan(7 << 20, 3 << 20).Clear();
        bytes.AsSpan(0, 5 << 20).CopyTo(bytes.AsSpan((16 << 20) + 12_345));
        var index = ChunkSamples.Cut(bytes, "4:16:64", threads: threads);
        Assert.Equal(ByDefinition(bytes, index.Parameters), index.Chunks.Select(chunk => chunk.Length));
        Assert.All(index.Chunks, chunk => Assert.Equal(ChunkHash.Of(ChunkDigest.Sha512Half, bytes.AsSpan((int)chunk.Offset, chunk.Length)), chunk.Id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public void Small_images_are_cut_by_the_definition(int length)
    {
        foreach (var bytes in new[] { new byte[length], ChunkSamples.Noise(length, 3) })
        {
            var index = ChunkSamples.Cut(bytes);
            Assert.Equal(ByDefinition(bytes, index.Parameters), index.Chunks.Select(chunk => chunk.Length));
            Assert.Equal(length, index.ImageLength);
        }
    }

    [Fact]
    public void A_boundary_at_the_minimum_counts_for_casync_and_not_for_desync()
    {
        var parameters = new ChunkParameters(64, 1024, 4096);
        var test = new BoundaryTest(parameters.Discriminator);
        var bytes = ChunkSamples.Noise(8192, 11);
        for (var seed = 0ul; !test.IsBoundary(BuzHash.Of(bytes.AsSpan(16, BuzHash.WindowSize))); seed++)
        {
            ChunkSamples.Noise(BuzHash.WindowSize, seed).CopyTo(bytes, 16);
        }

        Assert.NotEqual(64, First(parameters));
        Assert.Equal(64, First(parameters with { CutsAtMinimum = true }));

        int First(ChunkParameters sizes) => ImageChunker.Cut(ChunkSamples.Open(bytes), sizes, ChunkDigest.Sha512Half, cancellation: TestContext.Current.CancellationToken).Chunks[0].Length;
    }

    [Theory]
    [InlineData(12_345u)]
    [InlineData(12_288u)]
    [InlineData(4096u)]
    public unsafe void Every_way_to_search_finds_the_same(uint discriminator)
    {
        const int Length = 1 << 18;
        var bytes = ChunkSamples.Noise(Length, 5);
        bytes.AsSpan(100_000, 3000).Clear();
        var test = new BoundaryTest(discriminator);
        var (scalar, whole, pieces) = (new ulong[Length / 64], new ulong[Length / 64], new ulong[Length / 64]);
        fixed (byte* data = bytes)
        {
            fixed (ulong* scalarMap = scalar, wholeMap = whole, piecesMap = pieces)
            {
                BoundaryScanner.ScanScalar(data, 0, Length, test, scalarMap);
                BoundaryScanner.Scan(data, 0, Length, test, wholeMap);
                BoundaryScanner.Scan(data, 64 * 1000, Length, test, piecesMap);
                BoundaryScanner.ScanScalar(data, 64, 64 * 1000, test, piecesMap);
            }
        }

        for (var last = BuzHash.WindowSize - 1; last < Length; last++)
        {
            var expected = BuzHash.Of(bytes.AsSpan(last - BuzHash.WindowSize + 1, BuzHash.WindowSize)) % discriminator == discriminator - 1;
            Assert.Equal(expected, IsSet(scalar, last));
            Assert.Equal(expected, IsSet(whole, last));
            Assert.True(last < 64 || expected == IsSet(pieces, last));
        }

        static bool IsSet(ulong[] map, int position) => (map[position / 64] >> (position % 64) & 1) != 0;
    }

    [Theory]
    [InlineData("16:64")]
    [InlineData("16:64:x")]
    [InlineData("64:16:256")]
    [InlineData("16:512:256")]
    [InlineData("0:64:256")]
    [InlineData("-16:64:256")]
    [InlineData("16:64:99999999")]
    public void Sizes_that_cannot_be_are_refused(string sizes) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<BananaException>(() => ChunkParameters.Parse(sizes)).Code);

    // One byte after the other, as desync 1.0.4's chunker goes.
    private static IEnumerable<int> ByDefinition(byte[] bytes, ChunkParameters parameters)
    {
        var test = parameters.Discriminator;
        for (var start = 0; start < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, start + parameters.Maximum);
            var at = Math.Min(end, start + parameters.Minimum);
            for (var hash = at == end ? 0 : BuzHash.Of(bytes.AsSpan(at - BuzHash.WindowSize, BuzHash.WindowSize)); at < end;)
            {
                hash = uint.RotateLeft(hash, 1) ^ BuzHash.Leaving[bytes[at - BuzHash.WindowSize]] ^ BuzHash.Table[bytes[at]];
                at++;
                if (hash % test == test - 1)
                {
                    break;
                }
            }

            yield return at - start;
            start = at;
        }
    }
}
