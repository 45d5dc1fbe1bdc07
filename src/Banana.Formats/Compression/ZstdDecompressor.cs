// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Compression;

/// <summary>Reads Zstandard frames (RFC 8878) by libzstd. Output is bounded by the buffer that is given. Not for several threads at once.</summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax
    private const int StableOutput = 1001; // ZSTD_d_stableOutBuffer; a library without it takes a window of its own
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

    /// <summary>Decodes a whole frame while it is read, without a window of its own.</summary>
    /// <param name="frame">Where the frame comes from.</param>
    /// <param name="length">Its length; so much is read, or less when it is damaged.</param>
    /// <param name="piece">Room for what is read at a time.</param>
    /// <param name="content">Where the contents go.</param>
    /// <param name="prefix">The prefix that the frame was made with.</param>
    /// <returns>How many bytes came out, or null when the frame is damaged or its contents do not fit.</returns>
    /// <exception cref="EndOfStreamException">The stream is shorter than the frame.</exception>
    public int? TryDecompress(Stream frame, int length, Span<byte> piece, Span<byte> content, ReadOnlySpan<byte> prefix)
    {
        fixed (byte* source = piece, target = content, known = prefix)
        {
            _ = library.ResetDecompressor(context.Pointer, ResetSession);
            _ = library.SetDecompressorParameter(context.Pointer, StableOutput, 1);
            try
            {
                if (prefix.Length > 0 && library.IsError(library.ReferDecompressorPrefix(context.Pointer, known, (nuint)prefix.Length)) != 0)
                {
                    return null;
                }

                var to = new ZstdBuffer { Data = target, Size = (nuint)content.Length };
                for (nuint left = 1; length > 0;)
                {
                    var some = Math.Min(length, piece.Length);
                    frame.ReadExactly(piece[..some]);
                    length -= some;
                    var from = new ZstdBuffer { Data = source, Size = (nuint)some };
                    while (from.Position < from.Size)
                    {
                        var (read, made) = (from.Position, to.Position);
                        left = library.DecompressStream(context.Pointer, &to, &from);
                        if (library.IsError(left) != 0 || (from.Position, to.Position) == (read, made) || (left == 0 && from.Position < from.Size))
                        {
                            return null;
                        }
                    }

                    if (length == 0)
                    {
                        return left == 0 ? (int)to.Position : null;
                    }
                }

                return null;
            }
            finally
            {
                _ = library.ResetDecompressor(context.Pointer, ResetSession);
                _ = library.SetDecompressorParameter(context.Pointer, StableOutput, 0);
                GC.KeepAlive(context);
            }
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
