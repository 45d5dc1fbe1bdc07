// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Progress;

namespace Banana.Forge.Diff;

/// <summary>Compares two releases or images.</summary>
public static class ReleaseComparer
{
    /// <summary>Compares. Nothing is mounted, unpacked or changed; memory grows with the number of files, not with their size.</summary>
    /// <exception cref="Foundation.Errors.BananaException">One of the two is damaged.</exception>
    public static async Task<ReleaseDiff> CompareAsync(DiffSide a, DiffSide b, IProgressSink progress, CancellationToken cancellation) => new()
    {
        A = NameOf(a),
        B = NameOf(b),
        Packages = a.Packages is { } packagesA && b.Packages is { } packagesB ? Compare(packagesA, packagesB) : null,
        Files = await ImageComparer.CompareAsync(a.Image, b.Image, progress, cancellation).ConfigureAwait(false),
        Parts = Compare(a.Parts, b.Parts, isWhole: a.Manifest is not null && b.Manifest is not null),
    };

    private static DiffName NameOf(DiffSide side) => new(side.Path, side.Manifest?.Edition, side.Manifest?.Version.ToString());

    private static PackageChanges Compare(PackageList a, PackageList b)
    {
        var twice = a.Packages.GroupBy(package => package.Name, StringComparer.Ordinal).Concat(b.Packages.GroupBy(package => package.Name, StringComparer.Ordinal))
            .Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var versionsA = a.Packages.ToDictionary(NameOf, package => package.Version, StringComparer.Ordinal);
        var versionsB = b.Packages.ToDictionary(NameOf, package => package.Version, StringComparer.Ordinal);
        List<PackageChange> changes = [];
        foreach (var name in versionsA.Keys.Union(versionsB.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (versionA, versionB) = (versionsA.GetValueOrDefault(name), versionsB.GetValueOrDefault(name));
            if (versionA != versionB)
            {
                changes.Add(new(versionA is null ? ChangeKind.Added : versionB is null ? ChangeKind.Removed : ChangeKind.Changed, name, versionA, versionB));
            }
        }

        return new() { CountA = a.Packages.Count, CountB = b.Packages.Count, Changes = changes };

        string NameOf(ReleasePackage package) => twice.Contains(package.Name) ? $"{package.Name}:{package.Architecture}" : package.Name;
    }

    private static List<PartChange> Compare(IReadOnlyList<DiffPart> a, IReadOnlyList<DiffPart> b, bool isWhole)
    {
        List<PartChange> changes = [];
        foreach (var part in a)
        {
            var other = b.FirstOrDefault(candidate => candidate.Name == part.Name);
            bool? identical = part.Sha256 is { } hash && other?.Sha256 is { } otherHash ? hash == otherHash : isWhole && other is null ? false : null;
            changes.Add(new() { Name = part.Name, SizeA = part.Size, SizeB = other?.Size, Identical = identical });
        }

        changes.AddRange(b.Where(part => a.All(candidate => candidate.Name != part.Name))
            .Select(part => new PartChange { Name = part.Name, SizeB = part.Size, Identical = isWhole ? false : null }));
        return changes;
    }
}
