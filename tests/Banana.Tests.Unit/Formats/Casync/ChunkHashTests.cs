// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Formats.Casync.Hashing;

namespace Banana.Tests.Unit.Formats.Casync;

public sealed class ChunkHashTests
{
    [Fact]
    public void Sha512_256_of_abc_is_that_of_the_standard() => Assert.Equal(
        "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23", ChunkHash.Of(ChunkDigest.Sha512Half, "abc"u8).ToString());

    [Fact]
    public void Sha256_is_that_of_dotnet()
    {
        var bytes = ChunkSamples.Noise(1000, 1);
        Assert.Equal(new ChunkId(SHA256.HashData(bytes)), ChunkHash.Of(ChunkDigest.Sha256, bytes));
    }

    [Fact]
    public unsafe void Eight_at_a_time_give_what_one_at_a_time_gives()
    {
        Assert.SkipUnless(Sha512Vector.IsSupported, "this processor has no AVX-512");
        var bytes = ChunkSamples.Noise(70_000, 1);
        int[] lengths = [.. Enumerable.Range(0, 300), 65_536, 69_999, 4096, 12_345];
        fixed (byte* data = bytes)
        {
            var queue = new Messages(data, lengths);
            Sha512Lanes.Run(queue);
            Assert.Equal(lengths.Select(length => ChunkHash.Of(ChunkDigest.Sha512Half, bytes.AsSpan(0, length))), queue.Digests);
        }
    }

    [Fact]
    public void A_name_is_read_back()
    {
        var id = ChunkHash.Of(ChunkDigest.Sha256, "abc"u8);
        Assert.True(ChunkId.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
        Assert.False(ChunkId.TryParse(id.ToString().ToUpperInvariant(), out _));
        Assert.False(ChunkId.TryParse(id.ToString().AsSpan(1), out _));
        Assert.False(ChunkId.TryParse($"x{id.ToString().AsSpan(1)}", out _));
    }

    private sealed unsafe class Messages(byte* data, int[] lengths) : IMessageQueue
    {
        private int next;

        public ChunkId[] Digests { get; } = new ChunkId[lengths.Length];

        public bool TryTake(out int tag, out byte* message, out int length)
        {
            tag = next++;
            message = data;
            length = tag < lengths.Length ? lengths[tag] : 0;
            return tag < lengths.Length;
        }

        public void Complete(int tag, in ChunkId digest) => Digests[tag] = digest;
    }
}
