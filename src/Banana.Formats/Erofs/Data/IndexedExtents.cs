// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs.Data;

/// <summary>
/// Contents in physical clusters of blocks, found by an index of logical clusters. An extent begins in a head and ends where the next one begins.
/// The last extent may lie right after the index (packed tail), or in the packed file (fragment).
/// </summary>
internal sealed class IndexedExtents : IErofsExtents
{
    private readonly ErofsImage image;
    private readonly ErofsInode inode;
    private readonly ClusterHeader header;
    private readonly ClusterIndex index;
    private readonly long tailHead = -1;
    private readonly long tailFragment;

    public IndexedExtents(ErofsImage image, ErofsInode inode, ClusterHeader header, MetadataBuffer metadata)
    {
        this.image = image;
        this.inode = inode;
        this.header = header;
        index = inode.Layout == ErofsLayout.CompressedCompact
            ? new CompactClusterIndex(image, inode, header, metadata)
            : new FullClusterIndex(image, inode, header, metadata);
        if (index.EndOf(index.Count - 1) > image.MetadataOf(inode.InMetabox).Length)
        {
            throw image.Corrupt($"the index of inode {inode.Nid} lies beyond its end");
        }

        if (header.InlineTailSize > 0 || header.Has(ClusterAdvice.Fragment))
        {
            tailHead = HeadOf(inode.Size - 1);

            // The full index has room for the upper half of the place of a fragment, the compact one does not.
            var upper = inode.Layout == ErofsLayout.CompressedFull ? index.Read(tailHead).Block : 0;
            tailFragment = (long)(((ulong)upper << 32) | header.Low);
        }
    }

    /// <inheritdoc/>
    public ErofsExtent Find(long offset)
    {
        var head = HeadOf(offset);
        var entry = index.Read(head);
        var start = (head << header.ClusterBits) | (uint)entry.Offset;
        if (head == tailHead && header.Has(ClusterAdvice.Fragment))
        {
            // When there is nothing but the fragment, it begins with the file.
            start = head == 0 ? 0 : start;
            return new() { Kind = ErofsExtentKind.Fragment, Start = start, Length = inode.Size - start, Address = tailFragment };
        }

        var extent = new ErofsExtent
        {
            Kind = ErofsExtentKind.Cluster,
            Start = start,
            Length = EndOf(head, start) - start,
            Algorithm = AlgorithmOf(entry.Type),
            IsPartial = entry.IsPartial,
        };
        return head == tailHead
            ? extent with { Address = index.EndOf(index.Count - 1), StoredLength = header.InlineTailSize, InMetadata = true }
            : extent with { Address = (long)entry.Block << image.Superblock.BlockBits, StoredLength = BlocksOf(head, entry.Type) << image.Superblock.BlockBits };
    }

    // Distances to heads are stored too, but the types alone say the same and cannot lead astray.
    private long HeadOf(long offset)
    {
        var cluster = offset >> header.ClusterBits;
        for (var head = cluster; head >= 0 && (cluster - head) << header.ClusterBits <= ErofsFormat.MaximumDecodedCluster; head--)
        {
            var entry = index.Read(head);
            if (entry.Type != ClusterType.Inner && ((head << header.ClusterBits) | (uint)entry.Offset) <= offset)
            {
                return head;
            }
        }

        throw Bad(offset);
    }

    private long EndOf(long head, long start)
    {
        for (var next = head + 1; next < index.Count; next++)
        {
            var entry = index.Read(next);
            if (entry.Type != ClusterType.Inner)
            {
                return Math.Min((next << header.ClusterBits) + entry.Offset, inode.Size);
            }

            if (((next - head) << header.ClusterBits) > ErofsFormat.MaximumDecodedCluster)
            {
                throw Bad(start);
            }
        }

        return inode.Size;
    }

    private long BlocksOf(long head, ClusterType type)
    {
        var big = header.Has(type == ClusterType.Head1 ? ClusterAdvice.BigClusters1 : ClusterAdvice.BigClusters2);
        if (!big || head + 1 >= index.Count)
        {
            return 1;
        }

        // The size stands in the entry after the head; when a head is there already, the cluster has one block.
        var next = index.Read(head + 1);
        return next.Type != ClusterType.Inner ? 1 : next.BlockCount is > 0 and var count ? count : throw Bad(head << header.ClusterBits);
    }

    private ErofsAlgorithm AlgorithmOf(ClusterType type) => type switch
    {
        ClusterType.Plain => header.Has(ClusterAdvice.Interlaced) ? ErofsAlgorithm.Interlaced : ErofsAlgorithm.Shifted,
        ClusterType.Head2 => header.Head2,
        _ => header.Head1,
    };

    private BananaException Bad(long offset) => image.Corrupt($"the index of inode {inode.Nid} is wrong at offset {offset}");
}
