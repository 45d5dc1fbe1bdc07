// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Storage;

namespace Banana.Formats.Gpt;

/// <summary>One of the two copies of a partition table, as bytes: its header and its entries, whose checksums hold. Source: UEFI 2.10, 5.3.2.</summary>
internal sealed class GptCopy
{
    private const int HeaderSize = 92;
    private const int MinimumEntrySize = 128;
    private const int MaximumTableSize = 1 << 20;
    private const int SelfAt = 24;
    private const int OtherAt = 32;
    private const int TableAt = 72;
    private readonly byte[] head;
    private readonly int entryLength;

    private GptCopy(byte[] header, byte[] entries, int entrySize)
    {
        head = header;
        entryLength = entrySize;
        Entries = entries;
    }

    /// <summary>The entries, one behind the other.</summary>
    public byte[] Entries { get; }

    /// <summary>How many entries there are, used or not.</summary>
    public int Count => Entries.Length / entryLength;

    /// <summary>The identifier of the disk.</summary>
    public Guid DiskId => new(head.AsSpan(56, 16));

    /// <summary>The sector of this header.</summary>
    public long Sector => BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(SelfAt));

    /// <summary>The sector of the other copy's header.</summary>
    public long OtherSector => BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(OtherAt));

    /// <summary>The first sector of the entries.</summary>
    public long TableSector => BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(TableAt));

    private int HeaderLength => (int)BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12));

    /// <summary>The last sector of a disk, where the second copy has its header.</summary>
    public static long LastSector(ByteSource disk) => (disk.Length / GptTable.SectorSize) - 1;

    /// <summary>Whether a sector begins as a header does.</summary>
    public static bool HasSignature(ByteSource disk, long sector)
    {
        if (sector < 1 || (sector + 1) * GptTable.SectorSize > disk.Length)
        {
            return false;
        }

        Span<byte> signature = stackalloc byte[8];
        disk.Read(sector * GptTable.SectorSize, signature);
        return signature.SequenceEqual("EFI PART"u8);
    }

    /// <summary>Reads the copy whose header is in a sector; null when there is none or it is damaged.</summary>
    public static GptCopy? TryRead(ByteSource disk, long sector)
    {
        if (!HasSignature(disk, sector))
        {
            return null;
        }

        var header = new byte[GptTable.SectorSize];
        disk.Read(sector * GptTable.SectorSize, header);
        var headerSize = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12));
        var table = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(TableAt));
        var count = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(80));
        var entrySize = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(84));
        if (headerSize is < HeaderSize or > GptTable.SectorSize
            || SumOf(header, (int)headerSize) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16))
            || BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(SelfAt)) != sector
            || entrySize < MinimumEntrySize || (ulong)count * entrySize > MaximumTableSize
            || table < 1 || table > LastSector(disk) || (count * entrySize) > disk.Length - (table * GptTable.SectorSize))
        {
            return null;
        }

        var entries = new byte[count * entrySize];
        disk.Read(table * GptTable.SectorSize, entries);
        return Crc32.Of(entries) == BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(88)) ? new(header, entries, (int)entrySize) : null;
    }

    /// <summary>The entry of a partition, by its number from 1.</summary>
    public Span<byte> Entry(int number) => Entries.AsSpan((number - 1) * entryLength, entryLength);

    /// <summary>This copy with other entries.</summary>
    public GptCopy With(byte[] entries) => Summed([.. head], entries);

    /// <summary>The same table as the other copy of the disk.</summary>
    /// <param name="table">The first sector of the other copy's entries.</param>
    public GptCopy AsOther(long table)
    {
        byte[] other = [.. head];
        BinaryPrimitives.WriteInt64LittleEndian(other.AsSpan(SelfAt), OtherSector);
        BinaryPrimitives.WriteInt64LittleEndian(other.AsSpan(OtherAt), Sector);
        BinaryPrimitives.WriteInt64LittleEndian(other.AsSpan(TableAt), table);
        return Summed(other, Entries);
    }

    /// <summary>What has to be written where for this copy to be on the disk. The entries are filled up to whole sectors.</summary>
    public IReadOnlyList<DiskWrite> ToWrites()
    {
        var table = new byte[(Entries.Length + GptTable.SectorSize - 1) / GptTable.SectorSize * GptTable.SectorSize];
        Entries.CopyTo(table, 0);
        return [new(TableSector * GptTable.SectorSize, table), new(Sector * GptTable.SectorSize, head)];
    }

    private GptCopy Summed(byte[] header, byte[] entries)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(88), Crc32.Of(entries));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), SumOf(header, HeaderLength));
        return new(header, entries, entryLength);
    }

    // The sum's own field counts as zero.
    private static uint SumOf(byte[] header, int length)
    {
        byte[] counted = [.. header.AsSpan(0, length)];
        counted.AsSpan(16, 4).Clear();
        return Crc32.Of(counted);
    }
}
