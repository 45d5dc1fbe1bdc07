// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs.Data;

/// <summary>What a logical cluster is (Z_EROFS_LCLUSTER_TYPE_*).</summary>
internal enum ClusterType
{
    /// <summary>An extent that is not compressed begins in it.</summary>
    Plain = 0,

    /// <summary>An extent compressed by the first algorithm begins in it.</summary>
    Head1 = 1,

    /// <summary>No extent begins in it.</summary>
    Inner = 2,

    /// <summary>An extent compressed by the second algorithm begins in it.</summary>
    Head2 = 3,
}

/// <summary>An entry of an index.</summary>
/// <param name="Type">What the logical cluster is.</param>
/// <param name="Offset">Head: where in the logical cluster the extent begins, in bytes.</param>
/// <param name="Block">Head: the block where the physical cluster begins.</param>
/// <param name="BlockCount">Inner, right after a head: the size of the physical cluster in blocks; null when it does not say.</param>
/// <param name="IsPartial">Head: the physical cluster decodes to more than this extent.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClusterEntry(ClusterType Type, int Offset, uint Block, int? BlockCount, bool IsPartial);

/// <summary>The index of a compressed file: one entry for each logical cluster.</summary>
internal abstract class ClusterIndex(ErofsImage image, ErofsInode inode, ClusterHeader header, MetadataBuffer metadata)
{
    /// <summary>Marks the size of a physical cluster in the field of a distance (Z_EROFS_LI_D0_CBLKCNT).</summary>
    protected const int BlockCountFlag = 1 << 11;

    /// <summary>How many logical clusters there are.</summary>
    public long Count { get; } = (inode.Size + (1L << header.ClusterBits) - 1) >> header.ClusterBits;

    protected ErofsImage Image => image;

    protected ErofsInode Inode => inode;

    protected ClusterHeader Header => header;

    protected MetadataBuffer Metadata => metadata;

    /// <summary>Reads an entry.</summary>
    public ClusterEntry Read(long cluster)
    {
        if (cluster < 0 || cluster >= Count)
        {
            throw Bad(cluster);
        }

        var entry = ReadCore(cluster);
        return entry.Type == ClusterType.Inner || entry.Offset < 1 << header.ClusterBits ? entry : throw Bad(cluster);
    }

    /// <summary>Where what follows the entry (and the pack that it is in) begins: the inline tail, for the last entry.</summary>
    public abstract long EndOf(long cluster);

    protected abstract ClusterEntry ReadCore(long cluster);

    protected BananaException Bad(long cluster) => image.Corrupt($"the index of inode {inode.Nid} is wrong at cluster {cluster}");
}

/// <summary>
/// The full index: 8 bytes an entry. Bits 0–1 of the first 16: the type, bit 15: partial; 16 bits: the offset;
/// 32 bits: the block (heads), or the distances to the head before and after (inner).
/// </summary>
internal sealed class FullClusterIndex(ErofsImage image, ErofsInode inode, ClusterHeader header, MetadataBuffer metadata)
    : ClusterIndex(image, inode, header, metadata)
{
    private const int EntrySize = 8;
    private readonly long start = header.End + 8;

    /// <inheritdoc/>
    public override long EndOf(long cluster) => start + ((cluster + 1) * EntrySize);

    /// <inheritdoc/>
    protected override ClusterEntry ReadCore(long cluster)
    {
        var position = start + (cluster * EntrySize);
        var advice = Metadata.UInt16(position);
        var value = Metadata.UInt32(position + 4);
        var type = (ClusterType)(advice & 3);
        if (type != ClusterType.Inner)
        {
            return new(type, Metadata.UInt16(position + 2), value, null, (advice & 0x8000) != 0);
        }

        var distance = (int)(value & 0xFFFF);
        if ((distance & BlockCountFlag) == 0)
        {
            return new(type, 0, 0, null, false);
        }

        return Header.Has(ClusterAdvice.BigClusters1 | ClusterAdvice.BigClusters2) ? new(type, 0, 0, distance & ~BlockCountFlag, false) : throw Bad(cluster);
    }
}

/// <summary>
/// The compact index: packs of 2 entries in 8 bytes, or 16 in 32 bytes, and a block number for the whole pack in its last 4 bytes.
/// An entry is 16 or 14 bits: a number, and the type above it. The blocks of a pack's heads follow each other, so each is counted from the pack's.
/// Packs of 32 bytes are aligned to 32; packs of 8 bytes fill the place before and after.
/// </summary>
internal sealed class CompactClusterIndex : ClusterIndex
{
    private readonly long start;
    private readonly long before;
    private readonly long twoByte;
    private readonly int numberBits;
    private readonly ClusterEntry[] pack = new ClusterEntry[16];
    private long packPosition = -1;

    public CompactClusterIndex(ErofsImage image, ErofsInode inode, ClusterHeader header, MetadataBuffer metadata)
        : base(image, inode, header, metadata)
    {
        if (header.ClusterBits > 14 || header.Has(ClusterAdvice.BigClusters1) != header.Has(ClusterAdvice.BigClusters2)
            || (header.Has(ClusterAdvice.OtherIndex) && header.ClusterBits > 12))
        {
            throw Bad(0);
        }

        start = header.End;
        var blocks = (inode.Size + image.Superblock.BlockSize - 1) >> image.Superblock.BlockBits;
        before = ((32 - (start % 32)) / 4) & 7;
        twoByte = header.Has(ClusterAdvice.OtherIndex) && before < blocks ? (blocks - before) & ~15L : 0;
        numberBits = Math.Max(header.ClusterBits, 12);
    }

    /// <inheritdoc/>
    public override long EndOf(long cluster) => Locate(cluster) is var (position, size, _) ? position + size : 0;

    /// <inheritdoc/>
    protected override ClusterEntry ReadCore(long cluster)
    {
        var (position, size, index) = Locate(cluster);
        if (position != packPosition)
        {
            packPosition = -1;
            Load(position, size, cluster);
            packPosition = position;
        }

        return pack[index];
    }

    // The pack of a cluster: where it is, its size in bytes, and the place of the cluster in it.
    private (long Position, int Size, int Index) Locate(long cluster)
    {
        var position = start;
        var entry = 4;
        if (cluster >= before)
        {
            position += before * 4;
            cluster -= before;
            if (cluster < twoByte)
            {
                entry = 2;
            }
            else
            {
                position += twoByte * 2;
                cluster -= twoByte;
            }
        }

        position += cluster * entry;
        var size = entry == 2 ? 32 : 8;
        return (position & -size, size, (int)(position & (size - 1)) / entry);
    }

    private void Load(long position, int size, long cluster)
    {
        var raw = Metadata.Get(position, size);
        var count = size == 32 ? 16 : 2;
        var bits = (size - 4) * 8 / count;
        var block = BinaryPrimitives.ReadUInt32LittleEndian(raw[^4..]);
        var big = Header.Has(ClusterAdvice.BigClusters1);

        // Without big clusters each head takes one block, and the pack's number is that of the block before its first.
        var next = big ? block : block + 1;
        for (var i = 0; i < count; i++)
        {
            var value = BinaryPrimitives.ReadUInt32LittleEndian(raw[(bits * i / 8)..]) >> (bits * i % 8);
            var number = (int)(value & ((1u << numberBits) - 1));
            var type = (ClusterType)((value >> numberBits) & 3);
            if (type != ClusterType.Inner)
            {
                pack[i] = new(type, number, next, null, false);
                next++;
            }
            else if ((number & BlockCountFlag) == 0)
            {
                pack[i] = new(type, 0, 0, null, false);
            }
            else if (big)
            {
                // The head before was counted with one block, when it is in this pack at all.
                pack[i] = new(type, 0, 0, number & ~BlockCountFlag, false);
                next += (uint)(number & ~BlockCountFlag) - (i > 0 ? 1u : 0u);
            }
            else
            {
                throw Bad(cluster);
            }
        }
    }
}
