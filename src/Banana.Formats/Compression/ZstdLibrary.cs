// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Foundation.Errors;

namespace Banana.Formats.Compression;

/// <summary>
/// One copy of libzstd (zstd.h of 1.4 or later). Several may be loaded side by side: a cluster of an image comes out bit for bit
/// only from the version that it was packed with, which need not be the one of this machine.
/// </summary>
public sealed unsafe class ZstdLibrary
{
    private const string SystemName = "libzstd.so.1";

    private static readonly Lazy<ZstdLibrary> TheSystems = new(() => Load(SystemName));

    private ZstdLibrary(nint library)
    {
        VersionNumber = ((delegate* unmanaged<uint>)Export(library, "ZSTD_versionNumber"))();
        IsError = (delegate* unmanaged<nuint, uint>)Export(library, "ZSTD_isError");
        ErrorName = (delegate* unmanaged<nuint, byte*>)Export(library, "ZSTD_getErrorName");
        CompressBound = (delegate* unmanaged<nuint, nuint>)Export(library, "ZSTD_compressBound");
        CreateCompressor = (delegate* unmanaged<nint>)Export(library, "ZSTD_createCCtx");
        FreeCompressor = (delegate* unmanaged<nint, nuint>)Export(library, "ZSTD_freeCCtx");
        SetCompressorParameter = (delegate* unmanaged<nint, int, int, nuint>)Export(library, "ZSTD_CCtx_setParameter");
        ReferCompressorPrefix = (delegate* unmanaged<nint, byte*, nuint, nuint>)Export(library, "ZSTD_CCtx_refPrefix");
        Compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)Export(library, "ZSTD_compress2");
        CreateDecompressor = (delegate* unmanaged<nint>)Export(library, "ZSTD_createDCtx");
        FreeDecompressor = (delegate* unmanaged<nint, nuint>)Export(library, "ZSTD_freeDCtx");
        SetDecompressorParameter = (delegate* unmanaged<nint, int, int, nuint>)Export(library, "ZSTD_DCtx_setParameter");
        ResetDecompressor = (delegate* unmanaged<nint, int, nuint>)Export(library, "ZSTD_DCtx_reset");
        ReferDecompressorPrefix = (delegate* unmanaged<nint, byte*, nuint, nuint>)Export(library, "ZSTD_DCtx_refPrefix");
        Decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)Export(library, "ZSTD_decompressDCtx");
        DecompressStream = (delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint>)Export(library, "ZSTD_decompressStream");
    }

    /// <summary>The system's own copy.</summary>
    /// <exception cref="BananaException">It is not installed.</exception>
    public static ZstdLibrary System => TheSystems.Value;

    /// <summary>The version as a number: 10507 is 1.5.7.</summary>
    public uint VersionNumber { get; }

    internal delegate* unmanaged<nuint, uint> IsError { get; }

    internal delegate* unmanaged<nuint, nuint> CompressBound { get; }

    internal delegate* unmanaged<nint> CreateCompressor { get; }

    internal delegate* unmanaged<nint, nuint> FreeCompressor { get; }

    internal delegate* unmanaged<nint, int, int, nuint> SetCompressorParameter { get; }

    internal delegate* unmanaged<nint, byte*, nuint, nuint> ReferCompressorPrefix { get; }

    internal delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> Compress { get; }

    internal delegate* unmanaged<nint> CreateDecompressor { get; }

    internal delegate* unmanaged<nint, nuint> FreeDecompressor { get; }

    internal delegate* unmanaged<nint, int, int, nuint> SetDecompressorParameter { get; }

    internal delegate* unmanaged<nint, int, nuint> ResetDecompressor { get; }

    internal delegate* unmanaged<nint, byte*, nuint, nuint> ReferDecompressorPrefix { get; }

    internal delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> Decompress { get; }

    internal delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint> DecompressStream { get; }

    private delegate* unmanaged<nuint, byte*> ErrorName { get; }

    /// <summary>Loads a copy. It stays loaded until the process ends.</summary>
    /// <param name="file">A path, or a name that the system's loader finds.</param>
    /// <exception cref="BananaException">There is none.</exception>
    public static ZstdLibrary Load(string file)
    {
        try
        {
            return new ZstdLibrary(NativeLibrary.Load(file));
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw NativeLibraryError.Missing(file, "libzstd1", error);
        }
    }

    /// <summary>What a code says, for errors that are not expected.</summary>
    internal string Describe(nuint code) => Marshal.PtrToStringUTF8((nint)ErrorName(code)) ?? "unknown error";

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which are laid out alike.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ZstdBuffer
{
    public byte* Data;
    public nuint Size;
    public nuint Position;
}
