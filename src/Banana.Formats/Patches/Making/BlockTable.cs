// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Storage;

namespace Banana.Formats.Patches.Making;

/// <summary>Where each block of the old image is, by its contents. 16 bytes of memory a block: 4 MiB for 1 GiB of image.</summary>
internal sealed class BlockTable
{
    private readonly ByteSource old;
    private readonly Dictionary<ulong, uint> places;
    private readonly byte[] candidate = new byte[PatchFormat.BlockSize];

    /// <summary>Reads the whole old image.</summary>
    public BlockTable(ByteSource old, CancellationToken cancellation)
    {
        this.old = old;
        Count = old.Length / PatchFormat.BlockSize;
        places = new((int)Count);
        var piece = new byte[1 << 20];
        for (var offset = 0L; offset < old.Length; offset += piece.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, old.Length - offset));
            old.Read(offset, bytes);
            for (var i = 0; i + PatchFormat.BlockSize <= bytes.Length; i += PatchFormat.BlockSize)
            {
                // The first of equal blocks: runs then follow each other.
                _ = places.TryAdd(HashOf(bytes.Slice(i, PatchFormat.BlockSize)), (uint)((offset + i) / PatchFormat.BlockSize));
            }
        }
    }

    /// <summary>How many blocks the old image has.</summary>
    public long Count { get; }

    /// <summary>Finds a block with the given contents.</summary>
    /// <param name="block">The contents.</param>
    /// <param name="expected">Where it would be if the blocks before it were a guide.</param>
    /// <returns>The number of the block in the old image, or -1.</returns>
    public long Find(ReadOnlySpan<byte> block, long expected)
    {
        if (Has(expected, block))
        {
            return expected;
        }

        return places.TryGetValue(HashOf(block), out var place) && Has(place, block) ? place : -1;
    }

    /// <summary>Whether a run of blocks has the given contents.</summary>
    public bool HasRun(long place, ReadOnlySpan<byte> blocks)
    {
        if (place < 0 || place > Count - (blocks.Length / PatchFormat.BlockSize))
        {
            return false;
        }

        for (; !blocks.IsEmpty; blocks = blocks[PatchFormat.BlockSize..])
        {
            if (!Has(place++, blocks[..PatchFormat.BlockSize]))
            {
                return false;
            }
        }

        return true;
    }

    private bool Has(long place, ReadOnlySpan<byte> block)
    {
        if (place < 0 || place >= Count)
        {
            return false;
        }

        old.Read(place * PatchFormat.BlockSize, candidate);
        return block.SequenceEqual(candidate);
    }

    // Only a guide, every match is compared: multiply and fold, four lanes at a time.
    private static ulong HashOf(ReadOnlySpan<byte> block)
    {
        const ulong P0 = 0x9E3779B97F4A7C15, P1 = 0xC2B2AE3D27D4EB4F, P2 = 0x165667B19E3779F9, P3 = 0x27D4EB2F165667C5;
        ulong a = 1, b = 2, c = 3, d = 4;
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        for (var i = 0; i + 4 <= words.Length; i += 4)
        {
            a = Fold(a ^ words[i], P0);
            b = Fold(b ^ words[i + 1], P1);
            c = Fold(c ^ words[i + 2], P2);
            d = Fold(d ^ words[i + 3], P3);
        }

        return Fold(a ^ Fold(b, P1), P2) ^ Fold(c ^ Fold(d, P3), P0);
    }

    private static ulong Fold(ulong value, ulong factor)
    {
        var high = Math.BigMul(value, factor, out var low);
        return high ^ low;
    }
}
