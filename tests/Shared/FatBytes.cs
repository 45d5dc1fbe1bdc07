// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace Banana.Tests.Shared;

/// <summary>
/// A FAT16 volume of 4 MiB with clusters of one sector, as the FAT specification has it; that we read what mkfs.vfat and the kernel write is
/// another test's. The same files in the same order lie in the same places, so that a volume with another name in it differs in its folder only.
/// </summary>
internal sealed class FatBytes
{
    private const int Sector = 512;
    private const int Clusters = 8000;
    private const int TableSectors = ((Clusters + 2) * 2 / Sector) + 1;
    private const int RootEntries = 512;
    private const int Record = 32;
    private const int FolderSize = 4 * Sector;
    private const int DataSector = 1 + (2 * TableSectors) + (RootEntries * Record / Sector);
    private readonly byte[] volume = new byte[(DataSector + Clusters) * Sector];
    private int next = 2;

    private FatBytes()
    {
        volume[0] = 0xeb;
        "banana  "u8.CopyTo(volume.AsSpan(3));
        Word(11, Sector);
        volume[13] = 1;
        Word(14, 1);
        volume[16] = 2;
        Word(17, RootEntries);
        Word(19, DataSector + Clusters);
        volume[21] = 0xf8;
        Word(22, TableSectors);
        Word(510, 0xaa55);
        SetNext(0, 0xfff8);
        SetNext(1, 0xffff);
    }

    /// <summary>Makes a volume.</summary>
    /// <param name="files">The files by path, with '/' between names.</param>
    public static byte[] Make(IReadOnlyList<(string Path, byte[] Content)> files)
    {
        var made = new FatBytes();
        var root = made.Folder([.. files.Select(file => (file.Path.Split('/'), file.Content))], isRoot: true);
        root.CopyTo(made.volume, (1 + (2 * TableSectors)) * Sector);
        return made.volume;
    }

    private byte[] Folder(IReadOnlyList<(string[] Path, byte[] Content)> files, bool isRoot)
    {
        using var records = new MemoryStream();
        if (!isRoot)
        {
            records.Write(ShortRecord(".          "u8, 0x10, 0, 0));
            records.Write(ShortRecord("..         "u8, 0x10, 0, 0));
        }

        var number = 0;
        foreach (var group in files.GroupBy(file => file.Path[0], StringComparer.Ordinal))
        {
            var isFolder = group.First().Path.Length > 1;

            // A folder lies before what is in it, so that it stays where it is when a file more comes.
            var (first, size) = isFolder ? (Reserve(FolderSize), 0) : (Store(group.Single().Content), group.Single().Content.Length);
            if (isFolder)
            {
                Folder([.. group.Select(file => (file.Path[1..], file.Content))], isRoot: false).CopyTo(volume, OffsetOf(first));
            }

            var name = Encoding.ASCII.GetBytes($"F{number++:0000000}   ");
            LongRecords(records, group.Key, name);
            records.Write(ShortRecord(name, isFolder ? (byte)0x10 : (byte)0x20, first, size));
        }

        return records.ToArray();
    }

    private static void LongRecords(MemoryStream records, string name, ReadOnlySpan<byte> shortName)
    {
        byte sum = 0;
        foreach (var value in shortName)
        {
            sum = (byte)(((sum & 1) << 7) + (sum >> 1) + value);
        }

        var count = (name.Length + 12) / 13;
        for (var part = count; part >= 1; part--)
        {
            var record = new byte[Record];
            record[0] = (byte)(part | (part == count ? 0x40 : 0));
            (record[11], record[13]) = (0x0f, sum);
            int[] places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
            foreach (var (i, place) in places.Index())
            {
                var at = ((part - 1) * 13) + i;
                BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(place), at < name.Length ? name[at] : at == name.Length ? (ushort)0 : ushort.MaxValue);
            }

            records.Write(record);
        }
    }

    private static byte[] ShortRecord(ReadOnlySpan<byte> name, byte attributes, int first, int size)
    {
        var record = new byte[Record];
        name.CopyTo(record);
        record[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(26), (ushort)first);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(28), size);
        return record;
    }

    private int Store(byte[] content)
    {
        if (content.Length == 0)
        {
            return 0;
        }

        var first = Reserve(content.Length);
        content.CopyTo(volume, OffsetOf(first));
        return first;
    }

    private static int OffsetOf(int cluster) => (DataSector + cluster - 2) * Sector;

    private int Reserve(int size)
    {
        var first = next;
        var count = (size + Sector - 1) / Sector;
        for (var i = 0; i < count; i++)
        {
            SetNext(next++, i == count - 1 ? 0xffff : next);
        }

        return first;
    }

    private void SetNext(int cluster, int value)
    {
        Word(Sector + (cluster * 2), value);
        Word(((1 + TableSectors) * Sector) + (cluster * 2), value);
    }

    private void Word(int offset, int value) => BinaryPrimitives.WriteUInt16LittleEndian(volume.AsSpan(offset), (ushort)value);
}
