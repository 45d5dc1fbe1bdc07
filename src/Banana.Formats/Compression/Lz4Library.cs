// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Foundation.Errors;

namespace Banana.Formats.Compression;

/// <summary>One copy of liblz4 (lz4.h and lz4hc.h of 1.9 or later): LZ4 blocks without a frame. May be used from several threads.</summary>
public sealed unsafe class Lz4Library
{
    private const string SystemName = "liblz4.so.1";

    private static readonly Lazy<Lz4Library> TheSystems = new(() => Load(SystemName));

    private readonly delegate* unmanaged<byte*, byte*, int, int, int> decompressSafe;
    private readonly delegate* unmanaged<byte*, byte*, int, int, int, int> decompressSafePartial;
    private readonly delegate* unmanaged<byte*, byte*, int*, int, int> compressDestSize;
    private readonly delegate* unmanaged<void*, byte*, byte*, int*, int, int, int> compressHcDestSize;
    private readonly int hcStateSize;

    private Lz4Library(nint library)
    {
        VersionNumber = ((delegate* unmanaged<int>)Export(library, "LZ4_versionNumber"))();
        decompressSafe = (delegate* unmanaged<byte*, byte*, int, int, int>)Export(library, "LZ4_decompress_safe");
        decompressSafePartial = (delegate* unmanaged<byte*, byte*, int, int, int, int>)Export(library, "LZ4_decompress_safe_partial");
        compressDestSize = (delegate* unmanaged<byte*, byte*, int*, int, int>)Export(library, "LZ4_compress_destSize");
        compressHcDestSize = (delegate* unmanaged<void*, byte*, byte*, int*, int, int, int>)Export(library, "LZ4_compress_HC_destSize");
        hcStateSize = ((delegate* unmanaged<int>)Export(library, "LZ4_sizeofStateHC"))();
    }

    /// <summary>The system's own copy.</summary>
    /// <exception cref="BananaException">It is not installed.</exception>
    public static Lz4Library System => TheSystems.Value;

    /// <summary>The version as a number: 11000 is 1.10.0.</summary>
    public int VersionNumber { get; }

    /// <summary>Loads a copy. It stays loaded until the process ends.</summary>
    /// <param name="file">A path, or a name that the system's loader finds.</param>
    /// <exception cref="BananaException">There is none.</exception>
    public static Lz4Library Load(string file)
    {
        try
        {
            return new Lz4Library(NativeLibrary.Load(file));
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw NativeLibraryError.Missing(file, "liblz4-1", error);
        }
    }

    /// <summary>Fills a buffer from a block.</summary>
    /// <param name="block">The block; it may be followed by other bytes when partial.</param>
    /// <param name="content">What is filled to its end.</param>
    /// <param name="isPartial">Whether the block may hold more than fits.</param>
    /// <returns>Whether the block was sound and filled the buffer.</returns>
    public bool TryFill(ReadOnlySpan<byte> block, Span<byte> content, bool isPartial)
    {
        fixed (byte* source = block, target = content)
        {
            var count = isPartial
                ? decompressSafePartial(source, target, block.Length, content.Length, content.Length)
                : decompressSafe(source, target, block.Length, content.Length);
            return count == content.Length;
        }
    }

    /// <summary>Makes a block of as much of the contents as fits.</summary>
    /// <param name="content">The contents.</param>
    /// <param name="block">Where the block goes, whose size is part of what decides how it comes out.</param>
    /// <param name="level">0: the fast compressor; 1 to 12: the high compressor (LZ4 HC).</param>
    /// <param name="taken">How many bytes of the contents are in it.</param>
    /// <returns>The length of the block; 0 when it failed.</returns>
    public int CompressToFit(ReadOnlySpan<byte> content, Span<byte> block, int level, out int taken)
    {
        fixed (byte* source = content, target = block)
        {
            var size = content.Length;
            int length;
            if (level == 0)
            {
                length = compressDestSize(source, target, &size, block.Length);
            }
            else
            {
                var state = NativeMemory.AlignedAlloc((nuint)hcStateSize, 16);
                length = compressHcDestSize(state, source, target, &size, block.Length, level);
                NativeMemory.AlignedFree(state);
            }

            taken = size;
            return Math.Max(length, 0);
        }
    }

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
