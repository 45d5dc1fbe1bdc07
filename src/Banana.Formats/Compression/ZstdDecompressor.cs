// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Compression;

/// <summary>Reads Zstandard frames (RFC 8878) by libzstd. Output is bounded by the buffer that is given. Not for several threads at once.</summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax
    private const int ResetSession = 1; // ZSTD_reset_session_only
    private readonly ZstdLibrary library;
    private readonly ZstdContext context;

    /// <summary>Makes a decompressor.</summary>
    /// <param name="library">The library.</param>
    /// <param name="largestWindowLog">Frames that ask for a larger window (base-2 logarithm) are refused by <see cref="TryFill"/>.</param>
    public ZstdDecompressor(ZstdLibrary library, int largestWindowLog = 27)
    {
        this.library = library;
        context = new ZstdContext(library.CreateDecompressor(), library.FreeDecompressor);

        _ = library.SetDecompressorParameter(context.Pointer, WindowLogMax, largestWindowLog);
    }

    /// <summary>Decodes one or more whole frames at once, without a window of its own.</summary>
    /// <param name="frame">The frames; nothing may follow.</param>
    /// <param name="content">Where the contents go.</param>
    /// <param name="prefix">The prefix that the frame was made with.</param>
    /// <returns>How many bytes came out, or null when the frame is damaged or its contents do not fit.</returns>
    public int? TryDecompress(ReadOnlySpan<byte> frame, Span<byte> content, ReadOnlySpan<byte> prefix = default)
    {
        fixed (byte* source = frame, target = content, known = prefix)
        {
            _ = library.ResetDecompressor(context.Pointer, ResetSession);
            if (prefix.Length > 0 && library.IsError(library.ReferDecompressorPrefix(context.Pointer, known, (nuint)prefix.Length)) != 0)
            {
                return null;
            }

            var size = library.Decompress(context.Pointer, target, (nuint)content.Length, source, (nuint)frame.Length);
            GC.KeepAlive(context);
            return library.IsError(size) != 0 ? null : (int)size;
        }
    }

    /// <summary>Fills a buffer from the beginning of a frame.</summary>
    /// <param name="frame">The frame; it may be followed by other bytes when partial.</param>
    /// <param name="content">What is filled to its end.</param>
    /// <param name="isPartial">Whether the frame may hold more than fits.</param>
    /// <returns>Whether the frame was sound and filled the buffer.</returns>
    public bool TryFill(ReadOnlySpan<byte> frame, Span<byte> content, bool isPartial)
    {
        fixed (byte* source = frame, target = content)
        {
            _ = library.ResetDecompressor(context.Pointer, ResetSession);
            var from = new ZstdBuffer { Data = source, Size = (nuint)frame.Length };
            var to = new ZstdBuffer { Data = target, Size = (nuint)content.Length };
            var left = library.DecompressStream(context.Pointer, &to, &from);
            GC.KeepAlive(context);
            return library.IsError(left) == 0 && to.Position == to.Size && (isPartial || left == 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => context.Dispose();
}
