// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;

namespace Banana.Formats.Erofs.Data;

/// <summary>
/// Contents in chunks of one size, each somewhere. After the inode: one entry a chunk, either a block number (4 bytes),
/// or upper block bits, device and block number (8 bytes). All bits set: a hole.
/// </summary>
internal sealed class ChunkExtents : IErofsExtents
{
    private const int HasIndexes = 0x20;
    private const int HasWideIndexes = 0x40;
    private readonly ErofsInode inode;
    private readonly int blockBits;
    private readonly MetadataBuffer metadata;
    private readonly int chunkBits;
    private readonly int entrySize;
    private readonly ulong addressMask;
    private readonly long table;

    public ChunkExtents(ErofsImage image, ErofsInode inode)
    {
        this.inode = inode;
        blockBits = image.Superblock.BlockBits;
        var format = (int)(inode.Union & 0xFFFF);
        if ((format & ~0x7F) != 0)
        {
            throw image.Corrupt($"the chunks of inode {inode.Nid} have the unknown format 0x{format:x}");
        }

        chunkBits = blockBits + (format & 0x1F);
        entrySize = (format & HasIndexes) != 0 ? 8 : 4;
        addressMask = (format & (HasIndexes | HasWideIndexes)) == (HasIndexes | HasWideIndexes) ? (1UL << 48) - 1 : uint.MaxValue;
        table = (inode.BodyPosition + entrySize - 1) & -entrySize;
        metadata = new(image.MetadataOf(inode.InMetabox));
    }

    /// <inheritdoc/>
    public ErofsExtent Find(long offset)
    {
        var index = offset >> chunkBits;
        var start = index << chunkBits;
        var entry = metadata.Get(table + (index * entrySize), entrySize);
        ulong block;
        if (entrySize == 8)
        {
            block = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(entry) << 32);
        }
        else
        {
            block = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        }

        block &= addressMask;
        var length = Math.Min(1L << chunkBits, inode.Size - start);
        if (block == addressMask)
        {
            return new() { Kind = ErofsExtentKind.Hole, Start = start, Length = length };
        }

        // The device number of an entry counts only when there are further devices, and such images are not opened.
        return new() { Kind = ErofsExtentKind.Stored, Start = start, Length = length, Address = (long)block << blockBits };
    }
}
