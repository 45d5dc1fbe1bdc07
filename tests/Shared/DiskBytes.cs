// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Gpt;

namespace Banana.Tests;

/// <summary>A disk with a partition table as UEFI 2.10, 5.3 has it; that we read such tables as sfdisk writes them is another test's.</summary>
internal static class DiskBytes
{
    private const int Sector = GptTable.SectorSize;
    private const int EntrySize = 128;
    private const int Entries = 128;
    private const int TableSectors = Entries * EntrySize / Sector;

    /// <summary>Makes a disk.</summary>
    /// <param name="partitions">Type, identifier, label and size in bytes of each.</param>
    public static byte[] Make(params IReadOnlyList<(Guid Type, Guid Id, string Label, int Size)> partitions)
    {
        var table = new byte[Entries * EntrySize];
        var next = 2 + TableSectors;
        foreach (var (place, (type, id, label, size)) in partitions.Index())
        {
            var entry = table.AsSpan(place * EntrySize);
            type.TryWriteBytes(entry);
            id.TryWriteBytes(entry[16..]);
            BinaryPrimitives.WriteInt64LittleEndian(entry[32..], next);
            BinaryPrimitives.WriteInt64LittleEndian(entry[40..], next + (size / Sector) - 1);
            Encoding.Unicode.GetBytes(label).CopyTo(entry[56..]);
            next += size / Sector;
        }

        var disk = new byte[(next + TableSectors + 1) * Sector];
        var last = next + TableSectors;
        table.CopyTo(disk, 2 * Sector);
        table.CopyTo(disk, next * Sector);
        Header(table, 1, last, 2, next).CopyTo(disk, Sector);
        Header(table, last, 1, next, next).CopyTo(disk, last * Sector);
        return disk;
    }

    private static byte[] Header(byte[] table, long self, long other, long tableSector, long end)
    {
        var header = new byte[92];
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), 0x10000);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), header.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), self);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), other);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), 2 + TableSectors);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), end - 1);
        new Guid("d15c0000-0000-4000-8000-000000000001").TryWriteBytes(header.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(72), tableSector);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(80), Entries);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(84), EntrySize);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(88), Crc32.Of(table));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Crc32.Of(header));
        return header;
    }
}
