// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Erofs;
using Banana.Formats.Erofs.Data;

namespace Banana.Formats.Patches.Making;

/// <summary>What a piece of an image holds.</summary>
internal enum RegionKind
{
    /// <summary>What no file's contents are: superblock, inodes, directories, indexes.</summary>
    Metadata,

    /// <summary>A file's contents as they are.</summary>
    Stored,

    /// <summary>A compressed cluster.</summary>
    Cluster,
}

/// <summary>A piece of an image: whole blocks of one kind.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Block">Its first block.</param>
/// <param name="Blocks">How many blocks it has.</param>
/// <param name="Nid">The file.</param>
/// <param name="FileOffset">Where in the file's contents it begins.</param>
/// <param name="Length">How many bytes of contents it holds.</param>
/// <param name="Algorithm">Cluster: the algorithm.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImageRegion(RegionKind Kind, long Block, long Blocks, ulong Nid, long FileOffset, long Length, ClusterAlgorithm Algorithm)
{
    /// <summary>The block after the last.</summary>
    public long End => Block + Blocks;
}

/// <summary>A file of an image, for finding its like in the other one.</summary>
/// <param name="Path">The path from the root.</param>
/// <param name="Nid">The inode.</param>
/// <param name="Size">The size in bytes.</param>
internal sealed record ImageFile(string Path, ulong Nid, long Size);

/// <summary>What is where in an image: each block in just one region, in ascending order. About 100 bytes of memory a file.</summary>
internal sealed class ImageMap
{
    private ImageMap(List<ImageRegion> regions, List<ImageFile> files)
    {
        Regions = regions;
        Files = files;
    }

    /// <summary>All regions, without gaps.</summary>
    public IReadOnlyList<ImageRegion> Regions { get; }

    /// <summary>All regular files with contents, by their first name.</summary>
    public IReadOnlyList<ImageFile> Files { get; }

    /// <summary>Reads all metadata of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="blocks">How many blocks it has.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ImageMap Read(ErofsImage image, long blocks, CancellationToken cancellation)
    {
        var regions = new List<ImageRegion>();
        var files = new List<ImageFile>();
        var seen = new HashSet<ulong>();
        foreach (var (path, inode) in image.Walk(cancellation))
        {
            if (inode.Type != ErofsFileType.Regular || inode.Size == 0 || !seen.Add(inode.Nid))
            {
                continue;
            }

            files.Add(new(path, inode.Nid, inode.Size));
            AddFile(image, inode, regions);
        }

        regions.Sort((a, b) => a.Block.CompareTo(b.Block));
        return new(FillGaps(regions, blocks), files);
    }

    private static void AddFile(ErofsImage image, ErofsInode inode, List<ImageRegion> regions)
    {
        using var reader = new ErofsDataReader(image, inode);
        foreach (var extent in reader.Extents())
        {
            // What shares its blocks with metadata or lies in the packed file is left to the bytes of the image.
            if (extent.InMetadata || extent.Kind is ErofsExtentKind.Hole or ErofsExtentKind.Fragment || extent.Address % PatchFormat.BlockSize != 0)
            {
                continue;
            }

            var stored = extent.Kind == ErofsExtentKind.Cluster ? extent.StoredLength : (extent.Length + PatchFormat.BlockSize - 1) & -PatchFormat.BlockSize;
            if (stored % PatchFormat.BlockSize != 0)
            {
                continue;
            }

            var compressed = extent is { Kind: ErofsExtentKind.Cluster, Algorithm: ErofsAlgorithm.Lz4 or ErofsAlgorithm.Zstd, IsPartial: false };
            regions.Add(new(
                compressed ? RegionKind.Cluster : RegionKind.Stored, extent.Address / PatchFormat.BlockSize, stored / PatchFormat.BlockSize,
                inode.Nid, extent.Start, extent.Length, (ClusterAlgorithm)(compressed ? extent.Algorithm : ErofsAlgorithm.Lz4)));
        }
    }

    private static List<ImageRegion> FillGaps(List<ImageRegion> sorted, long blocks)
    {
        var all = new List<ImageRegion>(sorted.Count + 16);
        var next = 0L;
        foreach (var region in sorted)
        {
            // Files that share clusters (deduplication): the first one has it.
            if (region.Block < next || region.End > blocks)
            {
                continue;
            }

            if (region.Block > next)
            {
                all.Add(new(RegionKind.Metadata, next, region.Block - next, 0, 0, 0, default));
            }

            all.Add(region);
            next = region.End;
        }

        if (next < blocks)
        {
            all.Add(new(RegionKind.Metadata, next, blocks - next, 0, 0, 0, default));
        }

        return all;
    }
}
