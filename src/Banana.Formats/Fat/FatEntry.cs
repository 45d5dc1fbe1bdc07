// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Fat;

/// <summary>A file or folder of a FAT volume.</summary>
public sealed record FatEntry
{
    /// <summary>The path, with '/' between names and none at its beginning; the root's is empty.</summary>
    public required string Path { get; init; }

    /// <summary>The name: the long one, where there is one.</summary>
    public required string Name { get; init; }

    /// <summary>The name of eight and three characters, as it is stored ("BANANA~1.EFI").</summary>
    public required string ShortName { get; init; }

    /// <summary>Whether it is a folder.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>The size in bytes; 0 of a folder.</summary>
    public required long Size { get; init; }

    /// <summary>The first cluster; 0: it has none.</summary>
    public required uint FirstCluster { get; init; }
}
