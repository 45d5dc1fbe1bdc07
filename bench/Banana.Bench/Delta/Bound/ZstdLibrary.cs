// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Numerics;
using System.Runtime.InteropServices;

namespace Banana.Bench.Delta.Bound;

/// <summary>
/// The libzstd of the workbench, in our own process: what <c>zstd -19</c> and <c>zstd -19 --patch-from</c> make of thousands of small
/// files, without a process for each. The parameters are those that the program chooses (fileio.c of zstd 1.5.7,
/// FIO_adjustParamsForPatchFromMode); sizes were compared with the program's.
/// </summary>
internal sealed unsafe class ZstdLibrary
{
    private const int Level = 100, WindowLog = 101, LongDistance = 160, Checksum = 201; // ZSTD_cParameter
    private const int ResetAll = 3; // ZSTD_reset_session_and_parameters
    private const int WindowLogMin = 10, WindowLogMax = 31;
    private const int BinaryTreeStrategy = 6; // ZSTD_btlazy2: from here on a chain is a tree of half as many nodes

    private readonly delegate* unmanaged<nint> create;
    private readonly delegate* unmanaged<nint, nuint> free;
    private readonly delegate* unmanaged<nint, int, nuint> reset;
    private readonly delegate* unmanaged<nint, int, int, nuint> set;
    private readonly delegate* unmanaged<nint, byte*, nuint, nuint> refPrefix;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> compress;
    private readonly delegate* unmanaged<nuint, nuint> bound;
    private readonly delegate* unmanaged<nuint, uint> isError;
    private readonly delegate* unmanaged<int, ulong, nuint, Parameters> parameters;

    /// <summary>Loads the library of a tree.</summary>
    /// <param name="root">The root of the tree.</param>
    public ZstdLibrary(string root)
    {
        var library = NativeLibrary.Load(Directory.GetFiles(Path.Combine(root, "usr", "lib"), "libzstd.so.1", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First());
        create = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "ZSTD_createCCtx");
        free = (delegate* unmanaged<nint, nuint>)NativeLibrary.GetExport(library, "ZSTD_freeCCtx");
        reset = (delegate* unmanaged<nint, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_reset");
        set = (delegate* unmanaged<nint, int, int, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_setParameter");
        refPrefix = (delegate* unmanaged<nint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_CCtx_refPrefix");
        compress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compress2");
        bound = (delegate* unmanaged<nuint, nuint>)NativeLibrary.GetExport(library, "ZSTD_compressBound");
        isError = (delegate* unmanaged<nuint, uint>)NativeLibrary.GetExport(library, "ZSTD_isError");
        parameters = (delegate* unmanaged<int, ulong, nuint, Parameters>)NativeLibrary.GetExport(library, "ZSTD_getCParams");
        var version = (delegate* unmanaged<uint>)NativeLibrary.GetExport(library, "ZSTD_versionNumber");
        var number = version();
        Version = $"{number / 10000}.{number / 100 % 100}.{number % 100}";
    }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>How many bytes a frame of the contents has.</summary>
    /// <param name="contents">The contents.</param>
    /// <param name="old">What the reader of the frame has; null for nothing.</param>
    /// <param name="level">The level.</param>
    public long SizeOf(ReadOnlySpan<byte> contents, ReadOnlySpan<byte> old, int level)
    {
        var context = create();
        var space = bound((nuint)contents.Length);
        var output = (byte*)NativeMemory.Alloc(space);
        try
        {
            fixed (byte* source = contents, prefix = old)
            {
                Check(reset(context, ResetAll));
                Check(set(context, Level, level));
                Check(set(context, Checksum, 1));
                if (old.Length > 0)
                {
                    SetForPatch(context, contents.Length, old.Length, level);
                    Check(refPrefix(context, prefix, (nuint)old.Length));
                }

                return (long)Check(compress(context, output, space, source, (nuint)contents.Length));
            }
        }
        finally
        {
            NativeMemory.Free(output);
            _ = free(context);
        }
    }

    private void SetForPatch(nint context, int size, int oldSize, int level)
    {
        var windowLog = BitOperations.Log2((uint)Math.Max(size, 1)) + 1;
        var usual = parameters(level, (ulong)size, (nuint)oldSize);
        var cycleLog = (int)usual.ChainLog - (usual.Strategy >= BinaryTreeStrategy ? 1 : 0);
        Check(set(context, WindowLog, Math.Clamp(windowLog, WindowLogMin, WindowLogMax)));
        if (windowLog > cycleLog)
        {
            Check(set(context, LongDistance, 1)); // ZSTD_ps_enable
        }
    }

    private nuint Check(nuint code) => isError(code) == 0 ? code : throw new InvalidOperationException($"libzstd {Version} failed with code {-(long)code}");

    /// <summary>ZSTD_compressionParameters.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Parameters
    {
        public uint WindowLog;
        public uint ChainLog;
        public uint HashLog;
        public uint SearchLog;
        public uint MinMatch;
        public uint TargetLength;
        public int Strategy;
    }
}
