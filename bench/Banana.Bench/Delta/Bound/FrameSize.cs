// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Numerics;
using Banana.Formats.Compression;

namespace Banana.Bench.Delta.Bound;

/// <summary>
/// The sizes of what <c>zstd -19</c> and <c>zstd -19 --patch-from</c> write, without a process for each of thousands of files:
/// the same library with the parameters that the program chooses (FIO_adjustParamsForPatchFromMode, fileio.c of zstd 1.5.7).
/// </summary>
internal static class FrameSize
{
    /// <summary>The level of the frames.</summary>
    public const int Level = 19;

    private const int WindowLogMin = 10, WindowLogMax = 31;

    // ZSTD_cycleLog of level 19's parameters for large contents; what is smaller has parameters that its window fits into.
    private const int LargestUsualWindowLog = 23;

    /// <summary>The bytes of a frame of the contents.</summary>
    public static long Whole(ZstdLibrary zstd, byte[] contents) => SizeOf(zstd, contents, [], new ZstdSettings(Level, Checksum: true));

    /// <summary>The bytes of a patch from the old contents.</summary>
    public static long Patch(ZstdLibrary zstd, byte[] contents, byte[] old)
    {
        var windowLog = BitOperations.Log2((uint)Math.Max(contents.Length, 1)) + 1;
        return SizeOf(zstd, contents, old, new ZstdSettings(Level, Math.Clamp(windowLog, WindowLogMin, WindowLogMax), LongDistance: windowLog > LargestUsualWindowLog, Checksum: true));
    }

    private static long SizeOf(ZstdLibrary zstd, byte[] contents, byte[] old, ZstdSettings settings)
    {
        using var compressor = new ZstdCompressor(zstd, settings);
        return compressor.TryCompress(contents, new byte[ZstdCompressor.Bound(zstd, contents.Length)], old) ?? throw new InvalidOperationException("a frame did not fit into its bound");
    }
}
