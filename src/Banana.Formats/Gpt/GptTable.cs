// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Gpt;

/// <summary>
/// The GUID partition table of a disk or disk image with sectors of 512 bytes. Source: UEFI 2.10, chapter 5.3.
/// The table stands at the beginning and again at the end; the second is read when the first is damaged.
/// </summary>
public sealed class GptTable
{
    /// <summary>The size of a sector in bytes.</summary>
    public const int SectorSize = 512;

    private readonly ByteSource disk;

    private GptTable(ByteSource disk, Guid diskId, bool isBackup, IReadOnlyList<GptPartition> partitions)
    {
        this.disk = disk;
        DiskId = diskId;
        IsBackup = isBackup;
        Partitions = partitions;
    }

    /// <summary>The identifier of the disk.</summary>
    public Guid DiskId { get; }

    /// <summary>Whether the table at the end was read, because the one at the beginning is damaged.</summary>
    public bool IsBackup { get; }

    /// <summary>The partitions, in the order of their numbers.</summary>
    public IReadOnlyList<GptPartition> Partitions { get; }

    /// <summary>Whether a disk seems to have such a table, damaged or not.</summary>
    public static bool IsPresent(ByteSource disk) => GptCopy.HasSignature(disk, 1) || GptCopy.HasSignature(disk, GptCopy.LastSector(disk));

    /// <summary>Reads the table.</summary>
    /// <exception cref="BananaException">There is none, or both copies are damaged.</exception>
    public static GptTable Read(ByteSource disk)
    {
        if (!IsPresent(disk))
        {
            throw new BananaException(ExitCode.BadInput, "this is no disk image: it has no GUID partition table", disk.Name);
        }

        return TryRead(disk, 1, isBackup: false) ?? TryRead(disk, GptCopy.LastSector(disk), isBackup: true)
            ?? throw new BananaException(ExitCode.BadInput, "the partition table is damaged, and so is its backup", disk.Name, "build or fetch the image again");
    }

    /// <summary>The bytes of a partition, as a window of the disk.</summary>
    /// <exception cref="BananaException">The disk ends before the partition does.</exception>
    public ByteSource Open(GptPartition partition) => disk.Window(partition.Offset, partition.Size, $"partition {partition.Number}, '{partition.Label}'");

    private static GptTable? TryRead(ByteSource disk, long sector, bool isBackup)
    {
        if (GptCopy.TryRead(disk, sector) is not { } copy)
        {
            return null;
        }

        List<GptPartition> partitions = [];
        for (var number = 1; number <= copy.Count; number++)
        {
            if (ReadEntry(copy.Entry(number), number) is { } partition)
            {
                partitions.Add(partition);
            }
        }

        return new GptTable(disk, copy.DiskId, isBackup, partitions);
    }

    private static GptPartition? ReadEntry(ReadOnlySpan<byte> entry, int number)
    {
        // A GUID's first three fields are little endian here, which is how .NET reads it.
        var type = new Guid(entry[..16]);
        var first = BinaryPrimitives.ReadInt64LittleEndian(entry[32..]);
        var last = BinaryPrimitives.ReadInt64LittleEndian(entry[40..]);
        if (type == Guid.Empty || first < 1 || last < first || last > long.MaxValue / SectorSize)
        {
            return null;
        }

        return new()
        {
            Number = number,
            Type = type,
            Id = new Guid(entry.Slice(16, 16)),
            Label = Encoding.Unicode.GetString(entry.Slice(56, 72)).TrimEnd('\0'),
            FirstSector = first,
            LastSector = last,
            Attributes = BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]),
        };
    }
}
