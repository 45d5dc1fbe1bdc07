// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Erofs;

/// <summary>Constants of the on-disk format. Source: Linux, fs/erofs/erofs_fs.h and Documentation/filesystems/erofs.rst; erofs-utils 1.9, include/erofs_fs.h. All numbers are little endian.</summary>
internal static class ErofsFormat
{
    public const int SuperblockOffset = 1024;
    public const int SuperblockSize = 128;
    public const uint Magic = 0xE0F5E1E2;

    /// <summary>Inodes are numbered by their place: a nid is an offset in units of 32 bytes.</summary>
    public const int InodeSlotBits = 5;
    public const int CompactInodeSize = 32;
    public const int ExtendedInodeSize = 64;
    public const int DirectoryEntrySize = 12;
    public const int MaximumNameLength = 255;

    /// <summary>Set in a nid whose inode lies in the metabox, the compressed file that holds metadata.</summary>
    public const ulong MetaboxNid = 1UL << 63;

    /// <summary>A physical cluster has at most this size (Z_EROFS_PCLUSTER_MAX_SIZE).</summary>
    public const int MaximumStoredCluster = 1 << 20;

    /// <summary>A physical cluster decodes to at most this size (Z_EROFS_PCLUSTER_MAX_DSIZE).</summary>
    public const int MaximumDecodedCluster = 12 << 20;

    /// <summary>
    /// Our own bound on the size of a file: larger is taken as corrupt. A hole costs no bytes in an image,
    /// so without a bound a few flipped bits would make us read zeros for years.
    /// </summary>
    public const long MaximumFileSize = 1L << 40;

    /// <summary>PATH_MAX of Linux with its zero: no path and no link target is longer.</summary>
    public const int MaximumPath = 4096;
}

/// <summary>Features that a reader may ignore (feature_compat).</summary>
[Flags]
internal enum CompatibleFeatures : uint
{
    None = 0,
    Checksum = 1,
    SharedXattrsInMetabox = 8,
    PlainXattrPrefixes = 16,
}

/// <summary>Features that a reader must know (feature_incompat). Some bits have two meanings, told apart by what else is there.</summary>
[Flags]
internal enum RequiredFeatures : uint
{
    None = 0,
    ZeroPadding = 0x1,
    CompressionConfiguration = 0x2,
    ChunkedFile = 0x4,
    DeviceTableOrSecondHead = 0x8,
    TailPacking = 0x10,
    FragmentsOrDedupe = 0x20,
    XattrPrefixes = 0x40,
    Wide = 0x80,
    Metabox = 0x100,
    All = 0x1ff,
}

/// <summary>How the data of an inode is laid out.</summary>
internal enum ErofsLayout
{
    FlatPlain = 0,
    CompressedFull = 1,
    FlatInline = 2,
    CompressedCompact = 3,
    ChunkBased = 4,
}

/// <summary>How a physical cluster becomes contents. The first four are numbers of the format.</summary>
internal enum ErofsAlgorithm
{
    Lz4 = 0,
    Lzma = 1,
    Deflate = 2,
    Zstd = 3,

    /// <summary>Stored as it is.</summary>
    Shifted = 100,

    /// <summary>Stored rotated, so that each byte has the same offset in its block as in the file's.</summary>
    Interlaced = 101,
}
