// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Patches;

/// <summary>The numbers of the patch format, version 1 (docs/formats.md).</summary>
public static class PatchFormat
{
    /// <summary>The version that is written, and the highest that is read.</summary>
    public const ushort Version = 1;

    /// <summary>The block that images are described in, in bytes: the same for all, whatever the file system's is.</summary>
    public const int BlockSize = 4096;

    /// <summary>A group's contents take at most this many bytes: what a device holds in memory.</summary>
    public const int MaximumContent = 12 << 20;

    /// <summary>The frame of a group: its contents when they do not compress, and Zstandard's own overhead.</summary>
    public const int MaximumFrame = MaximumContent + (1 << 17);

    /// <summary>The bytes of the old image that a group refers to, together.</summary>
    public const int MaximumPrefix = 32 << 20;

    /// <summary>The pieces of the old image that a group refers to.</summary>
    public const int MaximumReferences = 1 << 15;

    /// <summary>A physical cluster has at most this many blocks (Z_EROFS_PCLUSTER_MAX_SIZE).</summary>
    public const int MaximumClusterBlocks = (1 << 20) / BlockSize;

    /// <summary>An image has at most this many bytes: 16 TiB, the limit of erofs with 32-bit block numbers.</summary>
    public const long MaximumImage = 1L << 44;

    internal const int MagicLength = 8;
    internal const int DigestLength = 32;
    internal const int MaximumCodecs = 8;
    internal const int CodecLength = 8;
    internal const int FixedHeaderLength = 96;

    internal static ReadOnlySpan<byte> Magic => "BANPATCH"u8;
}

/// <summary>What an instruction does. All lengths are in blocks of <see cref="PatchFormat.BlockSize"/>.</summary>
internal enum PatchInstruction
{
    /// <summary>Blocks of the old image.</summary>
    Copy = 0,

    /// <summary>Blocks of the group's contents.</summary>
    Literal = 1,

    /// <summary>Blocks of zeros.</summary>
    Zero = 2,

    /// <summary>A cluster: bytes of the group's contents, compressed again.</summary>
    Cluster = 3,
}
