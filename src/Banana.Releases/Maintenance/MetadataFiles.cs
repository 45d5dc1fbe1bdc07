// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Releases.Maintenance;

/// <summary>Which metadata files of a repository are still needed.</summary>
internal sealed class MetadataFiles
{
    private readonly Dictionary<string, long> oldest = new(StringComparer.Ordinal);

    private MetadataFiles()
    {
        // Made by Current.
    }

    /// <summary>The files of the present versions and of some before: a client may be in the middle of a refresh.</summary>
    public static MetadataFiles Current(TufRepository repository, int versions)
    {
        var files = new MetadataFiles();
        foreach (var (role, metadata) in repository.Roles)
        {
            files.oldest[role] = metadata.Version - versions;
        }

        files.oldest[RoleNames.Snapshot] = (repository.Snapshot?.Version ?? 0) - versions;
        return files;
    }

    /// <summary>Whether a file (<c>12.snapshot.json</c>) is kept. Roots and what has no version always are.</summary>
    public bool Keeps(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || !name.EndsWith(".json", StringComparison.Ordinal) || !long.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return true;
        }

        var role = name[(dot + 1)..^".json".Length];
        return role == RoleNames.Root || (oldest.TryGetValue(role, out var first) && version > first);
    }
}
