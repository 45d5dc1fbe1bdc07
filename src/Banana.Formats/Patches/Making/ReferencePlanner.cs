// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;

namespace Banana.Formats.Patches.Making;

/// <summary>Chooses what of the old image the contents of a group refer to.</summary>
internal sealed class ReferencePlanner
{
    /// <summary>A file up to this size is referred to as a whole.</summary>
    private const int WholeFile = 8 << 20;

    /// <summary>Of a larger one, so much for each segment of the new file.</summary>
    private const int FileWindow = 24 << 20;

    private const int FileSegment = 8 << 20;
    private const long MetadataSegment = 4 << 20;
    private const long MetadataMargin = 4 << 20;
    private readonly ErofsImage oldImage;
    private readonly ErofsImage newImage;
    private readonly Ancestry ancestry;
    private readonly List<(long Start, ImageRegion Region)> oldMetadata = [];
    private readonly long oldMetadataLength;
    private readonly long newMetadataLength;
    private (ulong Nid, Anchors Anchors)? anchored;

    public ReferencePlanner(ErofsImage oldImage, ImageMap oldMap, ErofsImage newImage, ImageMap newMap)
    {
        this.oldImage = oldImage;
        this.newImage = newImage;
        ancestry = new Ancestry(oldMap.Files, newMap.Files);
        foreach (var region in oldMap.Regions.Where(region => region.Kind == RegionKind.Metadata))
        {
            oldMetadata.Add((oldMetadataLength, region));
            oldMetadataLength += region.Blocks * PatchFormat.BlockSize;
        }

        newMetadataLength = newMap.Regions.Where(region => region.Kind == RegionKind.Metadata).Sum(region => region.Blocks) * PatchFormat.BlockSize;
    }

    /// <summary>For contents of a file.</summary>
    /// <param name="nid">The file in the new image.</param>
    /// <param name="offset">Where in it the contents begin.</param>
    /// <param name="cancellation">Stops the work.</param>
    public (ReferenceKey? Key, IReadOnlyList<PatchReference> References) ForFile(ulong nid, long offset, CancellationToken cancellation)
    {
        if (ancestry.Of(nid) is not { } ancestor)
        {
            return (null, []);
        }

        if (ancestor.Size <= WholeFile)
        {
            return (new(ancestor.Nid, 0), [new(ancestor.Nid, 0, (int)ancestor.Size)]);
        }

        if (anchored?.Nid != nid)
        {
            anchored = (nid, new Anchors(oldImage, oldImage.ReadInode(ancestor.Nid), newImage, newImage.ReadInode(nid), FileSegment, cancellation));
        }

        var index = offset / FileSegment;
        var (start, length) = anchored.Value.Anchors.Window(index, FileWindow);
        return (new(nid, index + 1), [new(ancestor.Nid, start, length)]);
    }

    /// <summary>For metadata.</summary>
    /// <param name="offset">Where it is, counting only the metadata of the new image.</param>
    public (ReferenceKey? Key, IReadOnlyList<PatchReference> References) ForMetadata(long offset)
    {
        var segment = offset / MetadataSegment;
        var ratio = newMetadataLength == 0 ? 0 : (double)oldMetadataLength / newMetadataLength;
        var from = Math.Max(0, (long)(segment * MetadataSegment * ratio) - MetadataMargin);
        var to = Math.Min(oldMetadataLength, (long)((segment + 1) * MetadataSegment * ratio) + MetadataMargin);
        var pieces = new List<PatchReference>();
        foreach (var (start, region) in oldMetadata)
        {
            var first = Math.Max(from, start);
            var last = Math.Min(to, start + (region.Blocks * PatchFormat.BlockSize));
            if (first < last)
            {
                pieces.Add(new(null, (region.Block * PatchFormat.BlockSize) + first - start, (int)(last - first)));
            }
        }

        return (new(ulong.MaxValue, segment), pieces);
    }
}
