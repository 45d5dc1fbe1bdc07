// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Erofs.Decompression;

/// <summary>Zstandard frames, by libzstd (zstd.h).</summary>
internal static partial class Zstd
{
    private const string Library = "libzstd.so.1";
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax

    // Z_EROFS_ZSTD_MAX_DICT_SIZE, 1 MiB: a frame that asks for a larger window is not one of mkfs.erofs's.
    private const int LargestWindowLog = 20;

    [ThreadStatic]
    private static Context? context;

    /// <summary>Fills the output from a frame.</summary>
    /// <param name="input">The frame.</param>
    /// <param name="output">The output.</param>
    /// <param name="isPartial">Whether the frame may hold more than fits.</param>
    /// <returns>Whether the frame was sound and filled the output.</returns>
    public static unsafe bool TryDecode(ReadOnlySpan<byte> input, Span<byte> output, bool isPartial)
    {
        fixed (byte* source = input, target = output)
        {
            try
            {
                context ??= new Context();
                _ = Reset(context, 1 /* ZSTD_reset_session_only */);
                var from = new Buffer { Data = (nint)source, Size = (nuint)input.Length };
                var to = new Buffer { Data = (nint)target, Size = (nuint)output.Length };
                var left = DecompressStream(context, ref to, ref from);
                return IsError(left) == 0 && to.Position == (nuint)output.Length && (isPartial || left == 0);
            }
            catch (DllNotFoundException error)
            {
                throw NativeLibraryError.Missing(Library, "libzstd1", error);
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateContext();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetParameter(Context context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_reset")]
    private static partial nuint Reset(Context context, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint DecompressStream(Context context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which are laid out alike.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public nint Data;
        public nuint Size;
        public nuint Position;
    }

    /// <summary>A decoder of one thread; freed by the collector after the thread is gone.</summary>
    private sealed class Context : SafeHandle
    {
        public Context()
            : base(0, ownsHandle: true)
        {
            SetHandle(CreateContext());
            if (IsInvalid)
            {
                throw new InvalidOperationException("libzstd could not make a decoder");
            }

            _ = SetParameter(this, WindowLogMax, LargestWindowLog);
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle() => FreeContext(handle) == 0;
    }
}
