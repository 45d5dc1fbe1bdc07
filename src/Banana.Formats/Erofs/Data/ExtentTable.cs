// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs.Data;

/// <summary>
/// Contents in physical clusters of bytes, found by a table of extents (the 48-bit layout). Records of 4 or 8 bytes when all extents
/// have one size, of 16 or 32 when each says where it begins. Fields: length and algorithm, place (lower, upper), offset (lower, upper).
/// </summary>
internal sealed class ExtentTable : IErofsExtents
{
    private const uint LengthMask = (ErofsFormat.MaximumStoredCluster << 1) - 1;
    private const uint PartialFlag = 1 << 27;
    private const int AlgorithmShift = 28;
    private readonly ErofsImage image;
    private readonly ErofsInode inode;
    private readonly ClusterHeader header;
    private readonly MetadataBuffer metadata;
    private readonly int recordSize;
    private readonly long table;
    private readonly long count;

    // What was found last. Records of 4 bytes leave out the places: each cluster follows the one before.
    private long index;
    private long address;

    public ExtentTable(ErofsImage image, ErofsInode inode, ClusterHeader header, MetadataBuffer metadata)
    {
        this.image = image;
        this.inode = inode;
        this.header = header;
        this.metadata = metadata;
        recordSize = 4 << (((int)header.Advice >> 1) & 3);
        table = (header.End + recordSize - 1) & -recordSize;
        if (HasOneSize)
        {
            count = (inode.Size + (1L << header.ClusterBits) - 1) >> header.ClusterBits;
            if (recordSize == 4)
            {
                address = (long)metadata.UInt64(table);
                table += 8;
            }
        }
        else
        {
            count = header.Low | ((long)header.High << 32);
        }

        if (count < 1 || count > (image.MetadataOf(inode.InMetabox).Length - table) / recordSize)
        {
            throw image.Corrupt($"the table of extents of inode {inode.Nid} lies beyond its end");
        }
    }

    private bool HasOneSize => recordSize <= 8;

    /// <inheritdoc/>
    public ErofsExtent Find(long offset)
    {
        Seek(offset);
        var start = StartOf(index);
        var end = index + 1 < count ? Math.Min(StartOf(index + 1), inode.Size) : inode.Size;
        if (start > offset || end <= offset)
        {
            throw Bad();
        }

        var word = LengthWord(index);
        var place = recordSize switch
        {
            4 => (ulong)address,
            8 => metadata.UInt32(RecordOf(index) + 4),
            _ => metadata.UInt64(RecordOf(index) + 4),
        };
        var extent = new ErofsExtent { Kind = ErofsExtentKind.Hole, Start = start, Length = end - start };
        if (index + 1 == count && header.Has(ClusterAdvice.Fragment))
        {
            return extent with { Kind = ErofsExtentKind.Fragment, Address = (long)(word | (recordSize > 4 ? place << 32 : 0)) };
        }

        return (word & LengthMask) == 0 ? extent : extent with
        {
            Kind = ErofsExtentKind.Cluster,
            Address = (long)place,
            StoredLength = word & LengthMask,
            IsPartial = (word & PartialFlag) != 0,
            Algorithm = AlgorithmOf(word, place),
        };
    }

    private void Seek(long offset)
    {
        if (recordSize == 4)
        {
            var wanted = offset >> header.ClusterBits;
            if (wanted < index)
            {
                index = 0;
                address = (long)metadata.UInt64(table - 8);
            }

            for (; index < wanted; index++)
            {
                address += LengthWord(index) & LengthMask;
            }
        }
        else if (HasOneSize)
        {
            index = offset >> header.ClusterBits;
        }
        else if (StartOf(index) > offset || (index + 1 < count && StartOf(index + 1) <= offset))
        {
            // Not where we are; most often it is the next one.
            index = StartOf(index) <= offset && (index + 2 >= count || StartOf(index + 2) > offset) ? index + 1 : Search(offset);
        }
    }

    private long Search(long offset)
    {
        var low = 0L;
        var high = count - 1;
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            (low, high) = StartOf(middle) <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private long StartOf(long record)
    {
        if (HasOneSize)
        {
            return record << header.ClusterBits;
        }

        var start = recordSize == 16 ? metadata.UInt32(RecordOf(record) + 12) : metadata.UInt64(RecordOf(record) + 12);
        return start <= long.MaxValue ? (long)start : throw Bad();
    }

    private ErofsAlgorithm AlgorithmOf(uint word, ulong place)
    {
        if (word >> AlgorithmShift is > 0 and var algorithm)
        {
            return (ErofsAlgorithm)(algorithm - 1);
        }

        var isAligned = ((place | (word & LengthMask)) & (ulong)(image.Superblock.BlockSize - 1)) == 0;
        return isAligned && header.Has(ClusterAdvice.Interlaced) ? ErofsAlgorithm.Interlaced : ErofsAlgorithm.Shifted;
    }

    private long RecordOf(long record) => table + (record * recordSize);

    private uint LengthWord(long record) => metadata.UInt32(RecordOf(record));

    private BananaException Bad() => image.Corrupt($"the table of extents of inode {inode.Nid} is wrong");
}
