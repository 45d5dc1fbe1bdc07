// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Erofs.Decompression;

namespace Banana.Formats.Casync.Stores;

/// <summary>Zstandard frames of chunks, by libzstd (zstd.h). One encoder and one decoder for each thread.</summary>
internal static unsafe partial class ChunkZstd
{
    private const string Library = "libzstd.so.1";

    [ThreadStatic]
    private static Encoder? encoder;

    [ThreadStatic]
    private static Decoder? decoder;

    /// <summary>How long a frame of so many bytes can be.</summary>
    public static int MostEncoded(int length) => checked((int)CompressBound((nuint)length));

    /// <summary>Encodes a chunk as one frame.</summary>
    /// <param name="content">The chunk.</param>
    /// <param name="output">At least <see cref="MostEncoded"/> bytes.</param>
    /// <param name="level">The level.</param>
    /// <returns>The length of the frame.</returns>
    public static int Encode(ReadOnlySpan<byte> content, Span<byte> output, int level)
    {
        fixed (byte* source = content, target = output)
        {
            try
            {
                encoder ??= new Encoder();
                var length = Compress(encoder, target, (nuint)output.Length, source, (nuint)content.Length, level);
                return IsError(length) == 0 ? (int)length : throw new InvalidOperationException("libzstd could not compress a chunk");
            }
            catch (DllNotFoundException error)
            {
                throw NativeLibraryError.Missing(Library, "libzstd1", error);
            }
        }
    }

    /// <summary>Decodes a chunk into a buffer of its size; writes no byte behind it.</summary>
    /// <returns>The length, or -1 when it is no sound frame or does not fit.</returns>
    public static int Decode(ReadOnlySpan<byte> frame, Span<byte> output)
    {
        fixed (byte* source = frame, target = output)
        {
            try
            {
                decoder ??= new Decoder();
                var length = Decompress(decoder, target, (nuint)output.Length, source, (nuint)frame.Length);
                return IsError(length) == 0 ? (int)length : -1;
            }
            catch (DllNotFoundException error)
            {
                throw NativeLibraryError.Missing(Library, "libzstd1", error);
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    private static partial nuint CompressBound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateEncoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint FreeEncoder(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    private static partial nuint Compress(Encoder context, byte* target, nuint capacity, byte* source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateDecoder();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDecoder(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint Decompress(Decoder context, byte* target, nuint capacity, byte* source, nuint length);

    /// <summary>ZSTD_CCtx; freed by the collector after the thread is gone.</summary>
    private sealed class Encoder : SafeHandle
    {
        public Encoder()
            : base(0, ownsHandle: true) => SetHandle(CreateEncoder());

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => FreeEncoder(handle) == 0;
    }

    /// <summary>ZSTD_DCtx; freed by the collector after the thread is gone.</summary>
    private sealed class Decoder : SafeHandle
    {
        public Decoder()
            : base(0, ownsHandle: true) => SetHandle(CreateDecoder());

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => FreeDecoder(handle) == 0;
    }
}
