// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Fat;

/// <summary>
/// A FAT12, FAT16 or FAT32 file system with long names, to be read: the EFI system partition. Damage that does not concern what is asked for is no
/// error, because firmware and kernel do not see it either; <see cref="Check"/> looks for all of it.
/// </summary>
public sealed class FatVolume
{
    private readonly ByteSource volume;
    private readonly FatGeometry geometry;
    private readonly FatTable table;

    private FatVolume(ByteSource volume, FatGeometry geometry, FatTable table)
    {
        this.volume = volume;
        this.geometry = geometry;
        this.table = table;
        Root = new() { Path = string.Empty, Name = string.Empty, ShortName = string.Empty, IsFolder = true, Size = 0, FirstCluster = geometry.RootCluster };
    }

    /// <summary>The kind.</summary>
    public FatKind Kind => geometry.Kind;

    /// <summary>The size of a cluster in bytes.</summary>
    public int ClusterSize => geometry.ClusterSize;

    /// <summary>How many clusters there are.</summary>
    public long ClusterCount => geometry.ClusterCount;

    /// <summary>Whether the kernel's mark is set: the volume is mounted, or was not unmounted.</summary>
    public bool IsDirty => geometry.IsDirty;

    /// <summary>The root folder.</summary>
    public FatEntry Root { get; }

    /// <summary>How many bytes are in clusters that are free.</summary>
    public long Free() => (long)table.CountFree() * ClusterSize;

    /// <summary>Opens a volume; it has to stay open.</summary>
    /// <exception cref="BananaException">This is no FAT volume.</exception>
    public static FatVolume Read(ByteSource volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        var measures = FatGeometry.Read(volume);
        return new(volume, measures, new(volume, measures, measures.ActiveCopy));
    }

    /// <summary>What is in a folder, in the order in which it is stored. Records that make no sense are passed over, as the kernel does.</summary>
    /// <exception cref="BananaException">It is no folder, or its chain is damaged.</exception>
    public IReadOnlyList<FatEntry> List(FatEntry folder) => List(folder, _ => { });

    /// <summary>What is at a path; null: nothing. Case is of no meaning, and both names of a file find it.</summary>
    /// <param name="path">The path, with '/' between names.</param>
    /// <exception cref="BananaException">The chain of a folder on the way is damaged.</exception>
    public FatEntry? Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var found = Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = !found.IsFolder ? null : List(found).FirstOrDefault(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(entry.ShortName, name, StringComparison.OrdinalIgnoreCase));
            if (next is null)
            {
                return null;
            }

            found = next;
        }

        return found;
    }

    /// <summary>The clusters of a file or folder; none of an empty file and of the root of FAT12 and FAT16.</summary>
    public FatChain ChainOf(FatEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.FirstCluster == 0 ? new([], FatChainEnd.Marked) : table.Follow(entry.FirstCluster);
    }

    /// <summary>The clusters that two files have in common, in order: a power cut in the middle of a rename can leave two names for one chain.</summary>
    public IReadOnlyList<uint> Shared(FatEntry one, FatEntry other) => [.. ChainOf(one).Clusters.Intersect(ChainOf(other).Clusters).Order()];

    /// <summary>The pieces of the volume that a file's bytes lie in, in the file's order; neighbours are joined.</summary>
    /// <exception cref="BananaException">The chain loops, or ends before the file does.</exception>
    public IReadOnlyList<FatExtent> ExtentsOf(FatEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.IsFolder)
        {
            throw Bad(file.Path, "it is a folder");
        }

        var chain = ChainOf(file);
        if (Problem(file, chain) is { Kind: FatFindingKind.Loop or FatFindingKind.EndsEarly } problem)
        {
            throw Bad(file.Path, problem.Detail);
        }

        return Join(file, chain);
    }

    /// <summary>The content of a file. The volume has to stay open.</summary>
    /// <exception cref="BananaException">It is a folder, or its chain loops or ends before the file does.</exception>
    public ByteSource Open(FatEntry file) => new FatFile(volume, ExtentsOf(file), $"{volume.Name}/{file.Path}", file.Size);

    /// <summary>
    /// As much of a file as its chain holds: the source is as long as the file, and what the chain does not hold cannot be read. Firmware, which
    /// does not look at the whole chain first, sees a file so.
    /// </summary>
    /// <exception cref="BananaException">It is a folder.</exception>
    public ByteSource OpenReadable(FatEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.IsFolder ? throw Bad(file.Path, "it is a folder") : new FatFile(volume, Join(file, ChainOf(file)), $"{volume.Name}/{file.Path}", file.Size);
    }

    /// <summary>The pieces that <see cref="OpenReadable"/> reads.</summary>
    public IReadOnlyList<FatExtent> ReadableExtentsOf(FatEntry file) => Join(file, ChainOf(file));

    /// <summary>Looks for damage: every folder, every chain, every copy of the table.</summary>
    /// <returns>What was found; empty: nothing.</returns>
    public IReadOnlyList<FatFinding> Check() => new FatCheck(this, volume, geometry, table).Run();

    /// <summary>What is in a folder, and what is wrong with it.</summary>
    internal IReadOnlyList<FatEntry> List(FatEntry folder, Action<string> damage)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!folder.IsFolder)
        {
            throw Bad(folder.Path, "it is not a folder");
        }

        byte[] bytes;
        if (folder.Path.Length == 0 && geometry.RootSize > 0)
        {
            bytes = new byte[geometry.RootSize];
            volume.Read(geometry.RootOffset, bytes);
        }
        else
        {
            var chain = ChainOf(folder);
            if (chain.End != FatChainEnd.Marked || chain.Clusters.Count == 0 || (long)chain.Clusters.Count * ClusterSize > FatDirectory.MostBytes + ClusterSize)
            {
                throw Bad(folder.Path, Problem(folder, chain)?.Detail ?? "the folder has no clusters, or too many");
            }

            bytes = new byte[chain.Clusters.Count * ClusterSize];
            foreach (var (place, cluster) in chain.Clusters.Index())
            {
                volume.Read(geometry.OffsetOf(cluster), bytes.AsSpan(place * ClusterSize, ClusterSize));
            }
        }

        return FatDirectory.Read(bytes, folder.Path, Kind == FatKind.Fat32, damage);
    }

    /// <summary>What is wrong with a chain; null: nothing.</summary>
    internal FatFinding? Problem(FatEntry entry, FatChain chain)
    {
        var held = (long)chain.Clusters.Count * ClusterSize;
        return chain.End switch
        {
            FatChainEnd.Loop => new(FatFindingKind.Loop, entry.Path, $"its chain of {chain.Clusters.Count} clusters leads back into itself", chain.Clusters),
            not FatChainEnd.Marked when held < entry.Size || entry.IsFolder || chain.Clusters.Count == 0 => new(FatFindingKind.EndsEarly, entry.Path, $"its chain ends after {chain.Clusters.Count} clusters {Where(chain.End)}", chain.Clusters),
            _ when held < entry.Size => new(FatFindingKind.EndsEarly, entry.Path, $"its chain of {chain.Clusters.Count} clusters ends before its {entry.Size} bytes do", chain.Clusters),
            not FatChainEnd.Marked => new(FatFindingKind.TooLong, entry.Path, $"behind its bytes, its chain goes on {Where(chain.End)}", chain.Clusters),
            _ when !entry.IsFolder && held - entry.Size >= ClusterSize => new(FatFindingKind.TooLong, entry.Path, $"its chain has {chain.Clusters.Count} clusters for {entry.Size} bytes", chain.Clusters),
            _ => null,
        };

        static string Where(FatChainEnd end) => end switch
        {
            FatChainEnd.Free => "at one that is free",
            FatChainEnd.Bad => "at one that is marked as bad",
            _ => "at a number that no cluster has",
        };
    }

    private List<FatExtent> Join(FatEntry file, FatChain chain)
    {
        List<FatExtent> extents = [];
        var rest = file.Size;
        foreach (var cluster in chain.Clusters)
        {
            var length = Math.Min(rest, ClusterSize);
            if (length == 0)
            {
                break;
            }

            var offset = geometry.OffsetOf(cluster);
            if (extents.Count > 0 && extents[^1] is var last && last.Offset + last.Length == offset)
            {
                extents[^1] = last with { Length = last.Length + length };
            }
            else
            {
                extents.Add(new(offset, length));
            }

            rest -= length;
        }

        return extents;
    }

    private BananaException Bad(string path, string what) => new(ExitCode.BadInput, what, $"{volume.Name}/{path}", "check the file system with fsck.vfat");
}

/// <summary>A piece of a volume.</summary>
/// <param name="Offset">Where it begins, in bytes of the volume.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record FatExtent(long Offset, long Length);
