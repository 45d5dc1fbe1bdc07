// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Verity;

/// <summary>Reads an image as dm-verity does, all of it: every block against its hash in the tree, and the tree against the root hash.</summary>
public static class VerityCheck
{
    private const int HashSize = SHA256.HashSizeInBytes;
    private const int HashesPerBlock = VeritySuperblock.BlockSize / HashSize;

    /// <summary>What is wrong, as one line; null: the image is what the root hash names.</summary>
    /// <param name="image">The image; bytes behind what the tree covers do not count.</param>
    /// <param name="tree">The tree with its superblock; bytes behind it do not count.</param>
    /// <param name="rootHash">The root hash, 64 lower-case hexadecimal digits.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static string? Problem(ByteSource image, ByteSource tree, string rootHash, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(tree);
        VeritySuperblock superblock;
        try
        {
            superblock = VeritySuperblock.Read(tree);
        }
        catch (BananaException error)
        {
            return error.What;
        }

        if (superblock.TreeSize > tree.Length || superblock.DataBlocks > image.Length / VeritySuperblock.BlockSize)
        {
            return $"its tree covers {superblock.DataBlocks} blocks, which image or tree are too short for";
        }

        var check = new Checker(superblock, image, tree, cancellation);
        return check.Run(Convert.FromHexString(rootHash));
    }

    private sealed class Checker(VeritySuperblock superblock, ByteSource image, ByteSource tree, CancellationToken cancellation)
    {
        private const int BlocksPerRead = 64;
        private readonly byte[] salted = [.. superblock.Salt.Span, .. new byte[VeritySuperblock.BlockSize]];
        private readonly byte[] pieces = new byte[BlocksPerRead * VeritySuperblock.BlockSize];

        // From the root down, level by level: each block's hash is in a block that was found good.
        public string? Run(byte[] root)
        {
            var levels = VerityTree.LevelsFor(superblock.DataBlocks);
            var hashes = root;
            var next = 1L;
            for (var level = levels.Count - 1; level >= 0; level--)
            {
                var below = new byte[levels[level] * VeritySuperblock.BlockSize];
                if (Compare(tree, next, levels[level], hashes, below) is { } bad)
                {
                    return $"block {bad} of its tree is damaged";
                }

                next += levels[level];
                hashes = below;
            }

            return Compare(image, 0, superblock.DataBlocks, hashes, null) is { } block ? $"block {block} of the image is damaged" : null;
        }

        private long? Compare(ByteSource source, long first, long count, byte[] hashes, byte[]? content)
        {
            Span<byte> hash = stackalloc byte[HashSize];
            for (long block = 0; block < count; block++)
            {
                var place = (int)(block % BlocksPerRead) * VeritySuperblock.BlockSize;
                if (place == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    source.Read((first + block) * VeritySuperblock.BlockSize, pieces.AsSpan(0, (int)Math.Min(BlocksPerRead, count - block) * VeritySuperblock.BlockSize));
                }

                var bytes = pieces.AsSpan(place, VeritySuperblock.BlockSize);
                bytes.CopyTo(salted.AsSpan(superblock.Salt.Length));
                SHA256.HashData(salted, hash);
                if (!hash.SequenceEqual(hashes.AsSpan((int)(block / HashesPerBlock * VeritySuperblock.BlockSize) + ((int)(block % HashesPerBlock) * HashSize), HashSize)))
                {
                    return first + block;
                }

                if (content is not null)
                {
                    bytes.CopyTo(content.AsSpan((int)block * VeritySuperblock.BlockSize));
                }
            }

            return null;
        }
    }
}
