// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.IO.Compression;
using Banana.Formats.Compression;
using Banana.Formats.Erofs.Data;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs.Decompression;

/// <summary>Turns physical clusters into contents.</summary>
internal static class Decompressor
{
    // Z_EROFS_ZSTD_MAX_DICT_SIZE, 1 MiB: a frame that asks for a larger window is not one of mkfs.erofs's.
    private const int LargestWindowLog = 20;

    [ThreadStatic]
    private static ZstdDecompressor? zstd;

    /// <summary>Decodes a cluster. The output is filled to its end, or the cluster is corrupt.</summary>
    /// <param name="image">The image, for errors and its block size.</param>
    /// <param name="extent">The extent of the cluster.</param>
    /// <param name="stored">The bytes of the cluster.</param>
    /// <param name="output">Where the contents go, as long as the extent.</param>
    public static unsafe void Decode(ErofsImage image, ErofsExtent extent, ReadOnlySpan<byte> stored, Span<byte> output)
    {
        switch (extent.Algorithm)
        {
            case ErofsAlgorithm.Shifted:
                Require(image, output.Length <= stored.Length, extent);
                stored[..output.Length].CopyTo(output);
                return;
            case ErofsAlgorithm.Interlaced:
                Require(image, output.Length <= stored.Length, extent);
                Rotate(stored, output, image.Superblock.BlockSize - (int)(extent.Start & (image.Superblock.BlockSize - 1)));
                return;
            case ErofsAlgorithm.Lzma:
                throw new BananaException(ExitCode.BadInput, "the erofs image is compressed by LZMA, which banana does not read", image.Name, "make it with lz4 or zstd");
            case not (ErofsAlgorithm.Lz4 or ErofsAlgorithm.Deflate or ErofsAlgorithm.Zstd):
                throw image.Corrupt($"the compression algorithm {(int)extent.Algorithm} is unknown");
        }

        Require(image, (image.Superblock.Algorithms & (1 << (int)extent.Algorithm)) != 0, extent);
        if (image.Superblock.Has(RequiredFeatures.ZeroPadding))
        {
            // The compressed bytes stand at the end of the cluster, with zeros before them; none of the formats begins with a zero.
            stored = stored[Math.Max(0, stored.IndexOfAnyExcept((byte)0))..];
        }

        // Before that feature they stood at the beginning, with anything behind them.
        var isPartial = extent.IsPartial || !image.Superblock.Has(RequiredFeatures.ZeroPadding);
        var right = extent.Algorithm switch
        {
            ErofsAlgorithm.Lz4 => Lz4Library.System.TryFill(stored, output, isPartial),
            ErofsAlgorithm.Zstd => (zstd ??= new ZstdDecompressor(ZstdLibrary.System, LargestWindowLog)).TryFill(stored, output, isPartial),
            _ => TryInflate(stored, output),
        };
        Require(image, right, extent);
    }

    // Each byte has the same offset in its block as in the file: the part before the first block boundary stands at the end.
    private static void Rotate(ReadOnlySpan<byte> stored, Span<byte> output, int toBoundary)
    {
        var first = Math.Min(toBoundary, output.Length);
        stored.Slice(Math.Max(0, stored.Length - toBoundary), first).CopyTo(output);
        stored[..(output.Length - first)].CopyTo(output[first..]);
    }

    private static unsafe bool TryInflate(ReadOnlySpan<byte> stored, Span<byte> output)
    {
        fixed (byte* start = stored)
        {
            using var input = new UnmanagedMemoryStream(start, stored.Length);
            using var inflate = new DeflateStream(input, CompressionMode.Decompress);
            try
            {
                return inflate.ReadAtLeast(output, output.Length, throwOnEndOfStream: false) == output.Length;
            }
            catch (InvalidDataException)
            {
                return false;
            }
        }
    }

    private static void Require(ErofsImage image, bool condition, ErofsExtent extent)
    {
        if (!condition)
        {
            throw image.Corrupt($"the cluster at {extent.Address} ({extent.StoredLength} bytes, {extent.Algorithm}) does not decode to {extent.Length} bytes");
        }
    }
}
