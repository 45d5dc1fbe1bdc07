// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Erofs.Data;

/// <summary>Contents that lie in one row of blocks, the rest of the last block perhaps right after the inode.</summary>
internal sealed class FlatExtents : IErofsExtents
{
    private readonly ErofsExtent blocks;
    private readonly ErofsExtent? tail;

    public FlatExtents(ErofsImage image, ErofsInode inode)
    {
        var superblock = image.Superblock;
        var inline = inode.Layout == ErofsLayout.FlatInline && inode.Size > 0;
        var inBlocks = inline ? ((inode.Size - 1) >> superblock.BlockBits) << superblock.BlockBits : inode.Size;
        if (inode.StartBlock is not { } block)
        {
            blocks = new() { Kind = ErofsExtentKind.Hole, Start = 0, Length = inBlocks };
        }
        else
        {
            // When all of it is inline, the block means nothing.
            var address = inBlocks == 0 ? 0 : block << superblock.BlockBits;
            blocks = new() { Kind = ErofsExtentKind.Stored, Start = 0, Length = inBlocks, Address = address };
            if (address < 0 || address > image.Source.Length - inBlocks)
            {
                throw image.Corrupt($"the contents of inode {inode.Nid} lie beyond its end");
            }
        }

        if (inline)
        {
            tail = new() { Kind = ErofsExtentKind.Stored, Start = inBlocks, Length = inode.Size - inBlocks, Address = inode.BodyPosition, InMetadata = true };
            if ((tail.Address & (superblock.BlockSize - 1)) + tail.Length > superblock.BlockSize)
            {
                throw image.Corrupt($"the inline contents of inode {inode.Nid} cross a block");
            }
        }
    }

    /// <inheritdoc/>
    public ErofsExtent Find(long offset) => offset < blocks.Length ? blocks : tail!;
}
