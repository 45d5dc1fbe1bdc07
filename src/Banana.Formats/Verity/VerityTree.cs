// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;

namespace Banana.Formats.Verity;

/// <summary>
/// Makes the hash tree of dm-verity while the data goes by, so that a device need not fetch it. Memory: one block for each level,
/// whatever the size. Not for several threads at once.
/// </summary>
public sealed class VerityTree
{
    private const int HashesPerBlock = VeritySuperblock.BlockSize / SHA256.HashSizeInBytes;
    private readonly VeritySuperblock superblock;
    private readonly Stream? target;
    private readonly byte[] salted;
    private readonly long[] levelStart;
    private readonly long[] written;
    private readonly byte[][] open;
    private readonly int[] filled;
    private byte[] root = [];
    private long blocks;

    /// <summary>Begins a tree.</summary>
    /// <param name="superblock">How it looks.</param>
    /// <param name="target">Where it goes, seekable; null when only the root hash is wanted.</param>
    public VerityTree(VeritySuperblock superblock, Stream? target = null)
    {
        ArgumentNullException.ThrowIfNull(superblock);
        this.superblock = superblock;
        this.target = target;
        salted = new byte[superblock.Salt.Length + VeritySuperblock.BlockSize];
        superblock.Salt.CopyTo(salted);
        var levels = LevelsFor(superblock.DataBlocks);
        levelStart = new long[levels.Count];
        written = new long[levels.Count];
        filled = new int[levels.Count];
        open = [.. levels.Select(_ => new byte[VeritySuperblock.BlockSize])];

        // The topmost level comes first, after the superblock.
        var next = 1L;
        for (var level = levels.Count - 1; level >= 0; level--)
        {
            levelStart[level] = next;
            next += levels[level];
        }

        Put(0, superblock.ToBlock());
    }

    /// <summary>How many blocks each level has, the lowest first. One block of data has none: its hash is the root hash.</summary>
    public static IReadOnlyList<long> LevelsFor(long dataBlocks)
    {
        List<long> levels = [];
        while (dataBlocks > 1)
        {
            dataBlocks = (dataBlocks + HashesPerBlock - 1) / HashesPerBlock;
            levels.Add(dataBlocks);
        }

        return levels;
    }

    /// <summary>Takes the next data: whole blocks.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        for (; data.Length >= VeritySuperblock.BlockSize; data = data[VeritySuperblock.BlockSize..])
        {
            blocks++;
            Add(0, data[..VeritySuperblock.BlockSize]);
        }

        if (!data.IsEmpty || blocks > superblock.DataBlocks)
        {
            throw new ArgumentException("data is given in whole blocks, and not more than the tree covers", nameof(data));
        }
    }

    /// <summary>Writes what is not full yet.</summary>
    /// <returns>The root hash, 32 bytes.</returns>
    public byte[] Finish()
    {
        if (blocks != superblock.DataBlocks)
        {
            throw new InvalidOperationException($"the tree covers {superblock.DataBlocks} blocks, but {blocks} were given");
        }

        for (var level = 0; level < open.Length; level++)
        {
            if (filled[level] > 0)
            {
                Close(level);
            }
        }

        return root;
    }

    private void Add(int level, ReadOnlySpan<byte> block)
    {
        block.CopyTo(salted.AsSpan(superblock.Salt.Length));
        if (level == open.Length)
        {
            // Nothing above: this is the root, of one block of data too.
            root = SHA256.HashData(salted);
            return;
        }

        _ = SHA256.HashData(salted, open[level].AsSpan(filled[level] * SHA256.HashSizeInBytes));
        if (++filled[level] == HashesPerBlock)
        {
            Close(level);
        }
    }

    private void Close(int level)
    {
        var block = open[level];
        Put(levelStart[level] + written[level]++, block);
        Add(level + 1, block);
        block.AsSpan().Clear();
        filled[level] = 0;
    }

    private void Put(long place, ReadOnlySpan<byte> block)
    {
        if (target is not null)
        {
            target.Position = place * VeritySuperblock.BlockSize;
            target.Write(block);
        }
    }
}
