// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Text;

namespace Banana.Formats.Fat;

/// <summary>
/// Reads the records of a folder: 32 bytes each, a name of eight and three characters, and before it up to 20 records that hold a long name.
/// Source: Microsoft, FAT specification of 2004, "FAT directory structure" and "Long directory entries".
/// </summary>
internal static class FatDirectory
{
    /// <summary>The size of a record in bytes.</summary>
    public const int RecordSize = 32;

    /// <summary>The most bytes of a folder.</summary>
    public const int MostBytes = 65_536 * RecordSize;

    private const int UnitsPerRecord = 13;
    private const int MostRecords = 20;
    private const byte Deleted = 0xe5;
    private const byte LastRecord = 0x40;
    private const byte LongName = 0x0f;
    private const byte VolumeLabel = 0x08;
    private const byte Folder = 0x10;

    /// <summary>Reads a folder.</summary>
    /// <param name="bytes">Its records.</param>
    /// <param name="path">Its path.</param>
    /// <param name="isFat32">Whether the upper half of cluster numbers counts.</param>
    /// <param name="damage">Is told, as a sentence, what is wrong with a record; it is passed over.</param>
    public static List<FatEntry> Read(ReadOnlySpan<byte> bytes, string path, bool isFat32, Action<string> damage)
    {
        List<FatEntry> entries = [];
        var pending = new PendingName();
        for (; bytes.Length >= RecordSize && bytes[0] != 0; bytes = bytes[RecordSize..])
        {
            var record = bytes[..RecordSize];
            if (record[0] == Deleted)
            {
                pending.Drop(damage);
            }
            else if ((record[11] & 0x3f) == LongName)
            {
                pending.Add(record, damage);
            }
            else if ((record[11] & VolumeLabel) != 0)
            {
                pending.Drop(damage);
            }
            else
            {
                var name = pending.Take(record, damage);
                if (Entry(record, name, path, isFat32, damage) is { } entry)
                {
                    entries.Add(entry);
                }
            }
        }

        pending.Drop(damage);
        return entries;
    }

    private static FatEntry? Entry(ReadOnlySpan<byte> record, string? longName, string path, bool isFat32, Action<string> damage)
    {
        var shortName = ShortName(record, withCase: false);
        if (shortName is "." or "..")
        {
            return null;
        }

        var name = longName ?? ShortName(record, withCase: true);
        if (shortName.Length == 0 || name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny("/\\\0"))
        {
            damage("a record has no name that a file can have");
            return null;
        }

        var isFolder = (record[11] & Folder) != 0;
        uint first = BinaryPrimitives.ReadUInt16LittleEndian(record[26..]);
        if (isFat32)
        {
            first |= (uint)(BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) << 16);
        }

        return new()
        {
            Path = path.Length == 0 ? name : $"{path}/{name}",
            Name = name,
            ShortName = shortName,
            IsFolder = isFolder,
            Size = isFolder ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(record[28..]),
            FirstCluster = first,
        };
    }

    // Characters beyond ASCII depend on a code page that nobody wrote down.
    private static string ShortName(ReadOnlySpan<byte> record, bool withCase)
    {
        var name = new StringBuilder();
        Append(record[..8], (record[12] & 0x08) != 0);
        if (record[8..11].IndexOfAnyExcept((byte)' ') >= 0)
        {
            name.Append('.');
            Append(record[8..11], (record[12] & 0x10) != 0);
        }

        return name.ToString();

        void Append(ReadOnlySpan<byte> part, bool isLower)
        {
            foreach (var value in part.TrimEnd((byte)' '))
            {
                var letter = value < 0x80 ? (char)value : '\ufffd';
                name.Append(withCase && isLower ? char.ToLowerInvariant(letter) : letter);
            }
        }
    }

    // A long name on its way: its records come last part first, each with a sum of the short name that ends them.
    private sealed class PendingName
    {
        private readonly char[] units = new char[MostRecords * UnitsPerRecord];
        private int length;
        private int expected;
        private byte sum;

        public void Add(ReadOnlySpan<byte> record, Action<string> damage)
        {
            var number = record[0] & 0x1f;
            if ((record[0] & LastRecord) != 0)
            {
                Drop(damage);
                if (number is 0 or > MostRecords)
                {
                    damage("a long name has a record too many");
                    return;
                }

                (length, expected, sum) = (number * UnitsPerRecord, number, record[13]);
            }
            else if (length == 0 || number != expected || record[13] != sum)
            {
                Drop(damage);
                damage("a record of a long name stands alone");
                return;
            }

            var target = units.AsSpan((number - 1) * UnitsPerRecord);
            foreach (var (from, count) in (ReadOnlySpan<(int, int)>)[(1, 5), (14, 6), (28, 2)])
            {
                for (var i = 0; i < count; i++)
                {
                    target[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(record[(from + (i * 2))..]);
                }

                target = target[count..];
            }

            expected = number - 1;
        }

        public string? Take(ReadOnlySpan<byte> record, Action<string> damage)
        {
            if (length == 0)
            {
                return null;
            }

            if (expected != 0 || SumOf(record[..11]) != sum)
            {
                Drop(damage);
                return null;
            }

            var name = units.AsSpan(0, length);
            var end = name.IndexOf('\0');
            name = end < 0 ? name : name[..end];
            length = 0;
            return name.ToString();
        }

        public void Drop(Action<string> damage)
        {
            if (length > 0)
            {
                damage("a long name has no file");
            }

            length = 0;
        }

        private static byte SumOf(ReadOnlySpan<byte> shortName)
        {
            byte total = 0;
            foreach (var value in shortName)
            {
                total = (byte)(((total & 1) << 7) + (total >> 1) + value);
            }

            return total;
        }
    }
}
