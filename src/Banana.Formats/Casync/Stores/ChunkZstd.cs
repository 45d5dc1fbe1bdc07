// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;

namespace Banana.Formats.Casync.Stores;

/// <summary>Zstandard frames of chunks. One compressor and one decompressor for each thread, freed by the collector after it.</summary>
internal static class ChunkZstd
{
    // Most of an image is compressed already. A quick look tells at five times the speed; what it leaves above 15/16 no level makes much smaller.
    private const int QuickLevel = -5;

    [ThreadStatic]
    private static ZstdCompressor? quick;

    [ThreadStatic]
    private static ZstdCompressor? compressor;

    [ThreadStatic]
    private static int compressorLevel;

    [ThreadStatic]
    private static ZstdDecompressor? decompressor;

    /// <summary>How long a frame of so many bytes can be.</summary>
    public static int MostEncoded(int length) => ZstdCompressor.Bound(ZstdLibrary.System, length);

    /// <summary>Encodes a chunk as one frame; by a quicker level where the level would gain nothing.</summary>
    /// <param name="content">The chunk.</param>
    /// <param name="output">At least <see cref="MostEncoded"/> bytes.</param>
    /// <param name="level">The level.</param>
    /// <returns>The length of the frame.</returns>
    public static int Encode(ReadOnlySpan<byte> content, Span<byte> output, int level)
    {
        quick ??= new ZstdCompressor(ZstdLibrary.System, new ZstdSettings(QuickLevel));
        var length = quick.TryCompress(content, output) ?? throw Failed();
        if (length > content.Length - (content.Length / 16))
        {
            return length;
        }

        if (compressor is null || compressorLevel != level)
        {
            compressor?.Dispose();
            compressor = new ZstdCompressor(ZstdLibrary.System, new ZstdSettings(level));
            compressorLevel = level;
        }

        return compressor.TryCompress(content, output) ?? throw Failed();
    }

    /// <summary>Decodes a chunk into a buffer of its size; writes no byte behind it.</summary>
    /// <returns>The length, or -1 when it is no sound frame or does not fit.</returns>
    public static int Decode(ReadOnlySpan<byte> frame, Span<byte> output) =>
        (decompressor ??= new ZstdDecompressor(ZstdLibrary.System)).TryDecompress(frame, output) ?? -1;

    private static InvalidOperationException Failed() => new("libzstd could not compress a chunk");
}
