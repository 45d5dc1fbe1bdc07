// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Erofs.Data;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs;

/// <summary>An entry of a directory.</summary>
/// <param name="Name">The name, see <see cref="ErofsName"/>.</param>
/// <param name="Nid">The number of the inode that it names.</param>
public readonly record struct ErofsDirectoryEntry(string Name, ulong Nid);

/// <summary>
/// Reads directories. Each block of a directory's contents stands for itself: entries of 12 bytes (nid, offset of the name, type),
/// then the names they point at, back to back; the last name of a block ends at a zero or at the end. Names are sorted by bytes over all blocks.
/// </summary>
internal static class ErofsDirectory
{
    /// <summary>All entries but "." and "..".</summary>
    public static IEnumerable<ErofsDirectoryEntry> Enumerate(ErofsImage image, ErofsInode directory)
    {
        using var block = new Block(image, directory);
        byte[] last = [];
        for (var index = 0L; index < block.Count; index++)
        {
            block.Load(index);
            for (var i = 0; i < block.Entries; i++)
            {
                // Sorted means finite: a block that is read twice by a crafted index cannot pass.
                if (block.NameOf(i).SequenceCompareTo(last) <= 0)
                {
                    throw image.Corrupt($"the directory of inode {directory.Nid} is not sorted");
                }

                last = block.NameOf(i).ToArray();
                if (last is not ([(byte)'.'] or [(byte)'.', (byte)'.']))
                {
                    yield return new(ErofsName.Decode(last), block.NidOf(i));
                }
            }
        }
    }

    /// <summary>Finds a name by binary search, or returns null.</summary>
    public static ErofsDirectoryEntry? Find(ErofsImage image, ErofsInode directory, ReadOnlySpan<byte> name)
    {
        using var block = new Block(image, directory);
        var low = 0L;
        var high = block.Count - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            block.Load(middle);
            if (name.SequenceCompareTo(block.NameOf(0)) < 0)
            {
                high = middle - 1;
                continue;
            }

            if (name.SequenceCompareTo(block.NameOf(block.Entries - 1)) > 0)
            {
                low = middle + 1;
                continue;
            }

            for (var i = 0; i < block.Entries; i++)
            {
                if (name.SequenceEqual(block.NameOf(i)))
                {
                    return new(ErofsName.Decode(name), block.NidOf(i));
                }
            }

            return null;
        }

        return null;
    }

    /// <summary>One block of a directory at a time, checked before anything of it is used.</summary>
    private sealed class Block : IDisposable
    {
        private readonly ErofsImage image;
        private readonly ErofsInode directory;
        private readonly ErofsDataReader reader;
        private readonly byte[] bytes;
        private int length;

        public Block(ErofsImage image, ErofsInode directory)
        {
            if (directory.Type != ErofsFileType.Directory)
            {
                throw new ArgumentException("not a directory", nameof(directory));
            }

            this.image = image;
            this.directory = directory;
            reader = new ErofsDataReader(image, directory);
            bytes = new byte[image.Superblock.BlockSize];
            Count = (directory.Size + bytes.Length - 1) / bytes.Length;
        }

        /// <summary>How many blocks the directory has.</summary>
        public long Count { get; }

        /// <summary>How many entries the loaded block has; at least one.</summary>
        public int Entries { get; private set; }

        public void Load(long index)
        {
            var start = index * bytes.Length;
            length = (int)Math.Min(bytes.Length, directory.Size - start);
            reader.Read(start, bytes.AsSpan(0, length));
            Check();
        }

        public ulong NidOf(int entry) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(entry * ErofsFormat.DirectoryEntrySize));

        public ReadOnlySpan<byte> NameOf(int entry) => bytes.AsSpan(OffsetOf(entry)..EndOf(entry));

        public void Dispose() => reader.Dispose();

        private int OffsetOf(int entry) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((entry * ErofsFormat.DirectoryEntrySize) + 8));

        private int EndOf(int entry)
        {
            if (entry + 1 < Entries)
            {
                return OffsetOf(entry + 1);
            }

            var rest = bytes.AsSpan(OffsetOf(entry)..length);
            var zero = rest.IndexOf((byte)0);
            return zero < 0 ? length : OffsetOf(entry) + zero;
        }

        private void Check()
        {
            // The first name follows the last entry, so its offset tells how many entries there are.
            var names = length < ErofsFormat.DirectoryEntrySize ? 0 : OffsetOf(0);
            if (names == 0 || names % ErofsFormat.DirectoryEntrySize != 0 || names >= length)
            {
                throw Bad();
            }

            Entries = names / ErofsFormat.DirectoryEntrySize;
            for (var i = 0; i < Entries; i++)
            {
                var start = OffsetOf(i);
                if (start < names || start >= length || EndOf(i) - start is <= 0 or > ErofsFormat.MaximumNameLength || EndOf(i) > length
                    || NameOf(i).ContainsAny((byte)'/', (byte)0))
                {
                    throw Bad();
                }
            }
        }

        private BananaException Bad() => image.Corrupt($"the directory of inode {directory.Nid} has an entry that cannot be read");
    }
}
