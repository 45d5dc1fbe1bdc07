// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Storage;

namespace Banana.Tests.Unit.Formats.Casync;

/// <summary>Images to cut, and the indexes that desync 1.0.4 made of one: <c>desync make -m SIZES NAME.caibx SAMPLE</c>.</summary>
internal static class ChunkSamples
{
    /// <summary>Random bytes, a hole, repeats, and a hole at the end.</summary>
    public static byte[] Sample()
    {
        var (first, second) = (Noise(400_000, 1), Noise(200_000, 2));
        return [.. first, .. new byte[150_000], .. first[..130_000], .. second, .. first, .. new byte[70_001]];
    }

    /// <summary>The bytes of an index that desync made.</summary>
    public static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", name));

    /// <summary>The same bytes for the same seed, for ever: the upper bits of Knuth's generator.</summary>
    public static byte[] Noise(int length, ulong seed)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            seed = (seed * 6364136223846793005) + 1442695040888963407;
            bytes[i] = (byte)(seed >> 56);
        }

        return bytes;
    }

    /// <summary>Cuts bytes.</summary>
    public static ChunkIndex Cut(byte[] bytes, string sizes = "4:16:64", ChunkDigest digest = ChunkDigest.Sha512Half, IChunkSink? sink = null, int threads = 0) =>
        ImageChunker.Cut(Open(bytes), ChunkParameters.Parse(sizes), digest, sink, threads, TestContext.Current.CancellationToken);

    /// <summary>Bytes as an image.</summary>
    public static ByteSource Open(byte[] bytes, string name = "test.erofs") => ByteSource.FromMemory(bytes, name);
}
