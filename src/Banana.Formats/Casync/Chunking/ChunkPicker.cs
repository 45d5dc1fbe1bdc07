// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Numerics;

namespace Banana.Formats.Casync.Chunking;

/// <summary>Picks the chunks: of the positions where one may end, those where one does.</summary>
internal static unsafe class ChunkPicker
{
    /// <summary>The length of the chunk that begins at a position.</summary>
    /// <param name="map">The map of <see cref="BoundaryScanner"/>.</param>
    /// <param name="start">Where the chunk begins.</param>
    /// <param name="end">Where the bytes end: at least the largest chunk behind the start, or the end of the image.</param>
    /// <param name="parameters">The sizes.</param>
    public static int Length(ulong* map, int start, int end, ChunkParameters parameters)
    {
        var most = Math.Min(parameters.Maximum, end - start);
        if (most <= parameters.Minimum)
        {
            return most;
        }

        // A chunk that ends with the byte before this has the largest size, or is the last, whatever the hash says.
        var (first, behind) = (start + parameters.Minimum - (parameters.CutsAtMinimum ? 1 : 0), start + most - 1);
        var word = first / 64;
        var bits = map[word] & (ulong.MaxValue << (first % 64));
        while (bits == 0)
        {
            word++;
            if (word * 64 >= behind)
            {
                return most;
            }

            bits = map[word];
        }

        return Math.Min((word * 64) + BitOperations.TrailingZeroCount(bits) + 1 - start, most);
    }
}
