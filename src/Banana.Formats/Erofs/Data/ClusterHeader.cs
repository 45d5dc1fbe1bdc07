// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;

namespace Banana.Formats.Erofs.Data;

/// <summary>What the 8 bytes before the indexes of a compressed file say (z_erofs_map_header).</summary>
[Flags]
internal enum ClusterAdvice : ushort
{
    None = 0,

    /// <summary>Compact index: packs of 16 entries of 2 bytes where they fit. Full index: a table of extents in its place.</summary>
    OtherIndex = 0x1,
    BigClusters1 = 0x2,
    BigClusters2 = 0x4,
    InlineTail = 0x8,
    Interlaced = 0x10,
    Fragment = 0x20,
}

/// <summary>The header before the indexes of a compressed file.</summary>
internal sealed class ClusterHeader
{
    private const int Size = 8;

    public ClusterHeader(ErofsImage image, ErofsInode inode, MetadataBuffer metadata)
    {
        Position = (inode.BodyPosition + 7) & ~7L;
        var raw = metadata.Get(Position, Size);
        var whole = BinaryPrimitives.ReadUInt64LittleEndian(raw);
        if (whole >> 63 != 0)
        {
            // The whole file is a fragment, and the header is nothing but its place.
            WholeFragment = (long)(whole & long.MaxValue);
            return;
        }

        Low = BinaryPrimitives.ReadUInt32LittleEndian(raw);
        Advice = (ClusterAdvice)BinaryPrimitives.ReadUInt16LittleEndian(raw[4..]);
        High = BinaryPrimitives.ReadUInt16LittleEndian(raw[6..]);
        ClusterBits = image.Superblock.BlockBits + (raw[7] & 15);
        Head1 = (ErofsAlgorithm)(raw[6] & 15);
        Head2 = (ErofsAlgorithm)(raw[6] >> 4);
    }

    /// <summary>Where the header is.</summary>
    public long Position { get; }

    /// <summary>Where the header ends.</summary>
    public long End => Position + Size;

    /// <summary>The place in the packed file when all of the file is there.</summary>
    public long? WholeFragment { get; }

    public ClusterAdvice Advice { get; }

    /// <summary>The size of a logical cluster as a power of two.</summary>
    public int ClusterBits { get; }

    public ErofsAlgorithm Head1 { get; }

    public ErofsAlgorithm Head2 { get; }

    /// <summary>The place of the fragment, the size of the inline tail (upper half), or the lower bits of the number of extents.</summary>
    public uint Low { get; }

    /// <summary>The upper bits of the number of extents.</summary>
    public ushort High { get; }

    /// <summary>The size of the cluster that follows the indexes inline; 0 when there is none.</summary>
    public int InlineTailSize => Has(ClusterAdvice.InlineTail) && !Has(ClusterAdvice.Fragment) ? (int)(Low >> 16) : 0;

    public bool Has(ClusterAdvice advice) => (Advice & advice) != ClusterAdvice.None;
}
