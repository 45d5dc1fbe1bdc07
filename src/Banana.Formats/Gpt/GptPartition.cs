// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Gpt;

/// <summary>A partition of a disk.</summary>
public sealed record GptPartition
{
    /// <summary>Its number, from 1: its place in the table.</summary>
    public required int Number { get; init; }

    /// <summary>What it is for; see <see cref="GptPartitionType"/>.</summary>
    public required Guid Type { get; init; }

    /// <summary>Its own identifier (PARTUUID).</summary>
    public required Guid Id { get; init; }

    /// <summary>Its label (PARTLABEL), at most 36 characters.</summary>
    public required string Label { get; init; }

    /// <summary>Its first sector.</summary>
    public required long FirstSector { get; init; }

    /// <summary>Its last sector, which belongs to it.</summary>
    public required long LastSector { get; init; }

    /// <summary>Its attribute bits; those of the discoverable partitions are in the upper 16.</summary>
    public required ulong Attributes { get; init; }

    /// <summary>Where it begins, in bytes.</summary>
    public long Offset => FirstSector * GptTable.SectorSize;

    /// <summary>Its size in bytes.</summary>
    public long Size => (LastSector - FirstSector + 1) * GptTable.SectorSize;
}

/// <summary>The partition types that a Banana disk has. Source: the UAPI group's Discoverable Partitions Specification.</summary>
public static class GptPartitionType
{
    /// <summary>The EFI system partition.</summary>
    public static readonly Guid Esp = new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");

    /// <summary>/usr of an x86-64 system.</summary>
    public static readonly Guid UsrX8664 = new("8484680c-9521-48c6-9c11-b0720656f69e");

    /// <summary>The verity hash tree of /usr of an x86-64 system.</summary>
    public static readonly Guid UsrVerityX8664 = new("77ff5f63-e7b6-4633-acf4-1565b864c0e6");

    /// <summary>The root file system of an x86-64 system.</summary>
    public static readonly Guid RootX8664 = new("4f68bce3-e8cd-4db1-96e7-fbcaf984b709");
}
