// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Casync;

public sealed class ChunkIndexTests
{
    private const string Name = "sample-4-16-64.caibx";

    [Theory]
    [InlineData(Name, ChunkDigest.Sha512Half)]
    [InlineData("sample-4-16-64-sha256.caibx", ChunkDigest.Sha256)]
    public void An_index_of_desync_is_read_and_written_again(string golden, ChunkDigest digest)
    {
        var bytes = ChunkSamples.Golden(golden);
        var index = Read(bytes);
        Assert.Equal(digest, index.Digest);
        Assert.Equal(ChunkSamples.Sample().Length, index.ImageLength);
        Assert.Equal("4:16:64", index.Parameters.ToString());
        Assert.Equal(bytes, ChunkIndexWriter.Compose(index));
    }

    [Theory]
    [InlineData(0, 49ul, "not a chunk index")]
    [InlineData(8, 1ul, "not a chunk index")]
    [InlineData(16, 0xA000000000000001ul, "not one of an image")]
    [InlineData(24, 0ul, "a chunk size is 0")]
    [InlineData(24, 16385ul, "not in order")]
    [InlineData(40, 0x8000001ul, "a chunk size is 134217729")]
    [InlineData(48, 1ul, "table does not follow")]
    [InlineData(56, 1ul, "table does not follow")]
    [InlineData(64, 0ul, "chunk 0 ends at 0")]
    [InlineData(64, 65_537ul, "chunk 0 has 65537 bytes")]
    [InlineData(64, 4_095ul, "chunk 0 has 4095 bytes")]
    [InlineData(104, ulong.MaxValue, "chunk 1 ends at")]
    public void A_wrong_number_is_named(int offset, ulong value, string problem)
    {
        var bytes = ChunkSamples.Golden(Name);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), value);
        Refused(bytes, problem);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(32)]
    [InlineData(24)]
    [InlineData(16)]
    [InlineData(8)]
    public void A_wrong_tail_is_named(int fromEnd)
    {
        var bytes = ChunkSamples.Golden(Name);
        bytes[^fromEnd] ^= 1;
        Refused(bytes, "does not end as it should");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(103)]
    [InlineData(104)]
    [InlineData(-1)]
    [InlineData(-40)]
    public void A_truncated_index_is_refused(int length)
    {
        var bytes = ChunkSamples.Golden(Name);
        Refused(bytes[..(length < 0 ? bytes.Length + length : length)], "damaged");
    }

    [Fact]
    public void Something_behind_the_end_is_refused() => Refused([.. ChunkSamples.Golden(Name), .. new byte[40]], "damaged");

    [Fact]
    public void A_longer_index_than_allowed_is_refused_before_it_is_read()
    {
        var error = Assert.Throws<BananaException>(() => ChunkIndexReader.Read(ChunkSamples.Open(ChunkSamples.Golden(Name), "test.caibx"), 1000));
        Assert.Contains("more than the 1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_written_and_read()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a.caibx");
        var index = ChunkSamples.Cut(ChunkSamples.Sample());
        await ChunkIndexWriter.WriteFileAsync(index, path, TestContext.Current.CancellationToken);
        Assert.Equal(index.Chunks, ChunkIndexReader.ReadFile(path).Chunks);
    }

    private static ChunkIndex Read(byte[] bytes) => ChunkIndexReader.Read(ChunkSamples.Open(bytes, "test.caibx"));

    private static void Refused(byte[] bytes, string problem)
    {
        var error = Assert.Throws<BananaException>(() => Read(bytes));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.StartsWith("test.caibx: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
