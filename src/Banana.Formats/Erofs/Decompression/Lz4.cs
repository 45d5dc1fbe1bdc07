// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Erofs.Decompression;

/// <summary>LZ4 blocks, by liblz4 (lz4.h).</summary>
internal static partial class Lz4
{
    private const string Library = "liblz4.so.1";

    /// <summary>Fills the output from a block.</summary>
    /// <param name="input">The block; it may be followed by other bytes when partial.</param>
    /// <param name="output">The output.</param>
    /// <param name="isPartial">Whether the block may hold more than fits.</param>
    /// <returns>Whether the block was sound and filled the output.</returns>
    public static unsafe bool TryDecode(ReadOnlySpan<byte> input, Span<byte> output, bool isPartial)
    {
        fixed (byte* source = input, target = output)
        {
            try
            {
                var count = isPartial
                    ? DecompressSafePartial(source, target, input.Length, output.Length, output.Length)
                    : DecompressSafe(source, target, input.Length, output.Length);
                return count == output.Length;
            }
            catch (DllNotFoundException error)
            {
                throw NativeLibraryError.Missing(Library, "liblz4-1", error);
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "LZ4_decompress_safe")]
    private static unsafe partial int DecompressSafe(byte* source, byte* target, int sourceSize, int targetCapacity);

    [LibraryImport(Library, EntryPoint = "LZ4_decompress_safe_partial")]
    private static unsafe partial int DecompressSafePartial(byte* source, byte* target, int sourceSize, int targetSize, int targetCapacity);
}
