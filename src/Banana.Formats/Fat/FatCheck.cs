// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Fat;

/// <summary>Looks for damage in a whole volume: who uses each cluster, and does the table agree?</summary>
internal sealed class FatCheck(FatVolume fat, ByteSource volume, FatGeometry geometry, FatTable table)
{
    private const int MostDepth = 64;
    private const int MostListed = 1000;
    private readonly List<FatFinding> findings = [];
    private readonly List<FatEntry> owners = [];
    private readonly int[] ownerOf = new int[geometry.ClusterCount];

    /// <summary>Does it.</summary>
    public IReadOnlyList<FatFinding> Run()
    {
        for (var copy = 0; copy < geometry.TableCopies && geometry.IsMirrored; copy++)
        {
            if (copy != geometry.ActiveCopy && table.Differences(new FatTable(volume, geometry, copy)) is { Count: > 0 } differences)
            {
                findings.Add(new(FatFindingKind.CopiesDiffer, string.Empty, $"copy {copy + 1} of the table differs in {differences.Count} clusters", differences));
            }
        }

        if (Own(fat.Root))
        {
            Walk(fat.Root, 0);
        }

        List<uint> lost = [];
        for (uint cluster = 2; cluster - 2 < geometry.ClusterCount; cluster++)
        {
            if (ownerOf[cluster - 2] == 0 && !table.IsFree(cluster) && !table.IsBad(cluster))
            {
                lost.Add(cluster);
            }
        }

        if (lost.Count > 0)
        {
            findings.Add(new(FatFindingKind.Lost, string.Empty, $"{lost.Count} clusters are in use by nothing", lost));
        }

        return findings;
    }

    private void Walk(FatEntry folder, int depth)
    {
        IReadOnlyList<FatEntry> entries;
        try
        {
            entries = fat.List(folder, damage => AddRecord(folder.Path, damage));
        }
        catch (BananaException error)
        {
            AddRecord(folder.Path, error.What);
            return;
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            if (!names.Add(entry.Name) || (!string.Equals(entry.Name, entry.ShortName, StringComparison.OrdinalIgnoreCase) && !names.Add(entry.ShortName)))
            {
                AddRecord(entry.Path, "the name is there twice");
            }

            // Whose clusters are another's is not gone into: a folder that holds itself has no end.
            if (!Own(entry) || !entry.IsFolder)
            {
                continue;
            }

            if (depth == MostDepth)
            {
                AddRecord(entry.Path, $"more than {MostDepth} folders lie in each other");
                continue;
            }

            Walk(entry, depth + 1);
        }
    }

    private bool Own(FatEntry entry)
    {
        var chain = fat.ChainOf(entry);
        if (fat.Problem(entry, chain) is { } problem)
        {
            findings.Add(problem);
        }

        owners.Add(entry);
        Dictionary<int, List<uint>> shared = [];
        foreach (var cluster in chain.Clusters)
        {
            ref var owner = ref ownerOf[cluster - 2];
            if (owner == 0)
            {
                owner = owners.Count;
            }
            else
            {
                (shared.TryGetValue(owner, out var clusters) ? clusters : shared[owner] = []).Add(cluster);
            }
        }

        foreach (var (owner, clusters) in shared)
        {
            var other = owners[owner - 1].Path;
            findings.Add(new(FatFindingKind.Shared, entry.Path, $"{clusters.Count} of its clusters are those of '{other}'", clusters, other));
        }

        return shared.Count == 0;
    }

    private void AddRecord(string path, string detail)
    {
        // Each record of a folder full of noise is one.
        if (findings.Count < MostListed)
        {
            findings.Add(new(FatFindingKind.BadRecord, path, detail, []));
        }
    }
}
