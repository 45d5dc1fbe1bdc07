// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Compression;

/// <summary>What a compressor is told (ZSTD_cParameter). The same settings, version and input give the same bytes.</summary>
/// <param name="Level">The level, 1 to 22.</param>
/// <param name="WindowLog">The base-2 logarithm of the window; 0: by the level and the size of the input.</param>
/// <param name="LongDistance">Whether matches far away are looked for by a table of their own.</param>
/// <param name="Checksum">Whether a frame ends in a checksum of its contents (4 bytes).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ZstdSettings(int Level, int WindowLog = 0, bool LongDistance = false, bool Checksum = false);

/// <summary>Makes Zstandard frames (RFC 8878) by libzstd. Keeps its tables between frames; not for several threads at once.</summary>
public sealed unsafe class ZstdCompressor : IDisposable
{
    private const int CompressionLevel = 100; // ZSTD_c_compressionLevel and so on
    private const int WindowLog = 101;
    private const int EnableLongDistanceMatching = 160;
    private const int ChecksumFlag = 201;
    private readonly ZstdLibrary library;
    private readonly ZstdContext context;

    /// <summary>Makes a compressor.</summary>
    public ZstdCompressor(ZstdLibrary library, ZstdSettings settings)
    {
        this.library = library;
        context = new ZstdContext(library.CreateCompressor(), library.FreeCompressor);

        Set(CompressionLevel, settings.Level);
        Set(WindowLog, settings.WindowLog);
        Set(EnableLongDistanceMatching, settings.LongDistance ? 1 : 0);
        Set(ChecksumFlag, settings.Checksum ? 1 : 0);
    }

    /// <summary>The most bytes that a frame for so many bytes takes.</summary>
    public static int Bound(ZstdLibrary library, int length) => (int)library.CompressBound((nuint)length);

    /// <summary>Makes a frame.</summary>
    /// <param name="content">The contents.</param>
    /// <param name="frame">Where the frame goes.</param>
    /// <param name="prefix">Bytes that the reader has too: the frame refers to them (ZSTD_CCtx_refPrefix).</param>
    /// <returns>The length of the frame, or null when it does not fit.</returns>
    public int? TryCompress(ReadOnlySpan<byte> content, Span<byte> frame, ReadOnlySpan<byte> prefix = default)
    {
        fixed (byte* source = content, target = frame, known = prefix)
        {
            if (prefix.Length > 0)
            {
                Check(library.ReferCompressorPrefix(context.Pointer, known, (nuint)prefix.Length));
            }

            var size = library.Compress(context.Pointer, target, (nuint)frame.Length, source, (nuint)content.Length);
            GC.KeepAlive(context);
            return library.IsError(size) != 0 ? null : (int)size;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => context.Dispose();

    private void Set(int parameter, int value) => Check(library.SetCompressorParameter(context.Pointer, parameter, value));

    private void Check(nuint code)
    {
        if (library.IsError(code) != 0)
        {
            throw new InvalidOperationException($"libzstd: {library.Describe(code)}");
        }
    }
}
