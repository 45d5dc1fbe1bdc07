// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Fat;

/// <summary>What can be wrong with a FAT volume that can be read.</summary>
public enum FatFindingKind
{
    /// <summary>The copies of the table differ.</summary>
    CopiesDiffer,

    /// <summary>Two files have clusters in common.</summary>
    Shared,

    /// <summary>A chain leads back into itself.</summary>
    Loop,

    /// <summary>A chain ends before its file does, or at no mark of an end.</summary>
    EndsEarly,

    /// <summary>A chain goes on where its file ends.</summary>
    TooLong,

    /// <summary>Clusters are in use by nothing.</summary>
    Lost,

    /// <summary>A record of a folder makes no sense, or a name is there twice.</summary>
    BadRecord,
}

/// <summary>Something that is wrong with a FAT volume.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">The file or folder; empty: the volume, or its root.</param>
/// <param name="Detail">A sentence.</param>
/// <param name="Clusters">The clusters that it is about.</param>
/// <param name="Other">The second file, where two are meant.</param>
public sealed record FatFinding(FatFindingKind Kind, string Path, string Detail, IReadOnlyList<uint> Clusters, string? Other = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Path.Length == 0 ? "volume" : Path)}: {Detail}";
}
