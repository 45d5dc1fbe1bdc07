// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;
using Banana.Formats.Erofs.Data;
using Banana.Formats.Storage;

namespace Banana.Formats.Patches.Making;

/// <summary>Goes through the new image from its first block to its last and describes each by the old one.</summary>
internal sealed class GroupPlanner : IDisposable
{
    private const int PieceBlocks = (1 << 20) / PatchFormat.BlockSize;
    private readonly ByteSource target;
    private readonly ErofsImage newImage;
    private readonly ImageMap newMap;
    private readonly BlockTable table;
    private readonly ReferencePlanner references;
    private readonly IReadOnlyList<ClusterCodec> codecs;
    private readonly IReadOnlyList<ClusterCompressor> compressors;
    private readonly GroupBuilder builder = new();
    private readonly byte[] piece = new byte[PieceBlocks * PatchFormat.BlockSize];
    private readonly byte[] again = new byte[PieceBlocks * PatchFormat.BlockSize];
    private (ulong Nid, ErofsDataReader Reader)? open;
    private long expected;
    private long metadata;

    public GroupPlanner(
        ByteSource target, ErofsImage newImage, ImageMap newMap, BlockTable table, ReferencePlanner references,
        IReadOnlyList<ClusterCodec> codecs, IReadOnlyList<ClusterCompressor> compressors)
    {
        (this.target, this.newImage, this.newMap, this.table, this.references) = (target, newImage, newMap, table, references);
        (this.codecs, this.compressors) = (codecs, compressors);
    }

    /// <summary>What was found.</summary>
    public PatchStatistics Statistics { get; } = new();

    /// <summary>All groups, in order.</summary>
    public IEnumerable<PlannedGroup> Plan(CancellationToken cancellation)
    {
        foreach (var region in newMap.Regions)
        {
            cancellation.ThrowIfCancellationRequested();
            if (region is { Kind: RegionKind.Cluster, Blocks: <= PieceBlocks })
            {
                foreach (var group in Cluster(region, cancellation))
                {
                    yield return group;
                }

                continue;
            }

            for (var done = 0L; done < region.Blocks; done += PieceBlocks)
            {
                foreach (var group in Blocks(region, done, (int)Math.Min(PieceBlocks, region.Blocks - done), cancellation))
                {
                    yield return group;
                }
            }
        }

        if (!builder.IsEmpty)
        {
            yield return builder.Take();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        open?.Reader.Dispose();
        builder.Dispose();
    }

    private IEnumerable<PlannedGroup> Cluster(ImageRegion region, CancellationToken cancellation)
    {
        var stored = piece.AsMemory(0, (int)region.Blocks * PatchFormat.BlockSize);
        target.Read(region.Block * PatchFormat.BlockSize, stored.Span);
        var place = table.Find(stored.Span[..PatchFormat.BlockSize], expected);
        if (table.HasRun(place, stored.Span))
        {
            builder.Copy(place, region.Blocks);
            expected = place + region.Blocks;
            Statistics.CopiedBlocks += region.Blocks;
            yield break;
        }

        var content = Contents(region);
        var codec = CodecFor(region, content, stored.Span);
        var length = codec < 0 ? stored.Length : content.Length;
        var (key, wanted) = references.ForFile(region.Nid, region.FileOffset, cancellation);
        if (!builder.Fits(length, key, wanted))
        {
            yield return builder.Take();
        }

        builder.Refer(key, wanted);
        if (codec < 0)
        {
            builder.Literal(stored.Span);
            Statistics.LiteralClusters++;
        }
        else
        {
            builder.Cluster(codec, region.Blocks, content);
            Statistics.Clusters++;
        }
    }

    private IEnumerable<PlannedGroup> Blocks(ImageRegion region, long from, int count, CancellationToken cancellation)
    {
        var bytes = piece.AsMemory(0, count * PatchFormat.BlockSize);
        target.Read((region.Block + from) * PatchFormat.BlockSize, bytes.Span);
        for (var i = 0; i < count; i++)
        {
            var block = bytes.Slice(i * PatchFormat.BlockSize, PatchFormat.BlockSize);
            if (!block.Span.ContainsAnyExcept((byte)0))
            {
                builder.Zero(1);
                expected++;
            }
            else if (table.Find(block.Span, expected) is >= 0 and var place)
            {
                builder.Copy(place, 1);
                expected = place + 1;
                Statistics.CopiedBlocks++;
            }
            else
            {
                var (key, wanted) = region.Kind == RegionKind.Metadata
                    ? references.ForMetadata(metadata + ((from + i) * PatchFormat.BlockSize))
                    : references.ForFile(region.Nid, region.FileOffset + ((from + i) * PatchFormat.BlockSize), cancellation);
                if (!builder.Fits(block.Length, key, wanted))
                {
                    yield return builder.Take();
                }

                builder.Refer(key, wanted);
                builder.Literal(block.Span);
                expected++;
                _ = region.Kind == RegionKind.Metadata ? Statistics.MetadataBlocks++ : Statistics.StoredBlocks++;
            }
        }

        metadata += region.Kind == RegionKind.Metadata && from + count == region.Blocks ? region.Blocks * PatchFormat.BlockSize : 0;
    }

    private byte[] Contents(ImageRegion region)
    {
        if (open?.Nid != region.Nid)
        {
            open?.Reader.Dispose();
            open = (region.Nid, new ErofsDataReader(newImage, newImage.ReadInode(region.Nid)));
        }

        var content = new byte[region.Length];
        open.Value.Reader.Read(region.FileOffset, content);
        return content;
    }

    // The first compressor that gives the same bytes; -1 when none does.
    private int CodecFor(ImageRegion region, ReadOnlySpan<byte> content, ReadOnlySpan<byte> stored)
    {
        for (var i = 0; i < compressors.Count; i++)
        {
            var cluster = again.AsSpan(0, stored.Length);
            if (codecs[i].Algorithm == region.Algorithm && compressors[i].TryFill(content, cluster) && cluster.SequenceEqual(stored))
            {
                return i;
            }
        }

        return -1;
    }
}
