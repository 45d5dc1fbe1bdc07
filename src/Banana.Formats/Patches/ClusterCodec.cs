// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Formats.Patches;

/// <summary>The compressors that clusters are made with (the numbers are those of erofs).</summary>
public enum ClusterAlgorithm : byte
{
    /// <summary>LZ4 blocks, fast (level 0) or HC.</summary>
    Lz4 = 0,

    /// <summary>Zstandard frames.</summary>
    Zstd = 3,
}

/// <summary>A compressor with all that decides how its output looks.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Level">Its level.</param>
/// <param name="WindowLog">A base-2 logarithm. Zstandard: of the window. LZ4: of the room that the compressor was given; 0: the cluster's own size.</param>
/// <param name="LibraryVersion">The version of the library, as it says itself (10507 is zstd 1.5.7, 11000 is lz4 1.10.0).</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClusterCodec(ClusterAlgorithm Algorithm, byte Level, byte WindowLog, uint LibraryVersion);
