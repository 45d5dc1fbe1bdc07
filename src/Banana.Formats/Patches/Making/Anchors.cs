// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;

namespace Banana.Formats.Patches.Making;

/// <summary>
/// Tells where in a large old file the contents of a new one most likely are: positions where a rolling hash of the last 64 bytes has
/// ten zero bits (about one in 1,024 bytes) are looked up in both.
/// </summary>
internal sealed class Anchors
{
    private const ulong Mask = 0x3FFUL << 54;
    private static readonly ulong[] Gear = MakeGear();
    private readonly Dictionary<ulong, long> places = [];
    private readonly List<long>[] matches;
    private readonly long segment;
    private readonly long oldSize;
    private readonly long newSize;

    /// <summary>Reads both files.</summary>
    /// <param name="oldImage">The old image.</param>
    /// <param name="oldFile">The file there.</param>
    /// <param name="newImage">The new image.</param>
    /// <param name="newFile">The file there.</param>
    /// <param name="segment">How many bytes of the new file are looked at together.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Anchors(ErofsImage oldImage, ErofsInode oldFile, ErofsImage newImage, ErofsInode newFile, long segment, CancellationToken cancellation)
    {
        this.segment = segment;
        oldSize = oldFile.Size;
        newSize = newFile.Size;
        Find(oldImage, oldFile, (hash, place) => places.TryAdd(hash, place), cancellation);
        matches = new List<long>[(newSize / segment) + 1];
        Find(
            newImage,
            newFile,
            (hash, place) =>
            {
                if (places.TryGetValue(hash, out var old))
                {
                    (matches[place / segment] ??= []).Add(old);
                }
            },
            cancellation);
        places.Clear();
    }

    /// <summary>The piece of the old file that has most in common with a segment of the new one.</summary>
    /// <param name="index">The number of the segment.</param>
    /// <param name="length">How long the piece may be.</param>
    public (long Offset, int Length) Window(long index, int length)
    {
        if (oldSize <= length)
        {
            return (0, (int)oldSize);
        }

        var start = (long)(((index * segment) + (segment / 2)) / (double)newSize * oldSize) - (length / 2);
        if (matches[index] is { Count: > 0 } found)
        {
            found.Sort();
            var (best, first) = (0, 0);
            for (var last = 0; last < found.Count; last++)
            {
                while (found[last] - found[first] > length)
                {
                    first++;
                }

                if (last - first + 1 > best)
                {
                    // In the middle of the window, with equal room before and after.
                    best = last - first + 1;
                    start = ((found[first] + found[last]) / 2) - (length / 2);
                }
            }
        }

        return (Math.Clamp(start, 0, oldSize - length), length);
    }

    private static void Find(ErofsImage image, ErofsInode file, Action<ulong, long> found, CancellationToken cancellation)
    {
        ulong hash = 0;
        var place = 0L;
        image.CopyTo(
            file,
            bytes =>
            {
                foreach (var value in bytes)
                {
                    hash = (hash << 1) + Gear[value];
                    place++;
                    if ((hash & Mask) == 0)
                    {
                        found(hash, place - 1);
                    }
                }
            },
            cancellation);
    }

    // Any fixed table of random numbers will do (SplitMix64): patches do not depend on what a reader would compute.
    private static ulong[] MakeGear()
    {
        var table = new ulong[256];
        ulong state = 0;
        for (var i = 0; i < table.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var value = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            table[i] = value ^ (value >> 31);
        }

        return table;
    }
}
