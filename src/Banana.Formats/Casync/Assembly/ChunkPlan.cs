// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;

namespace Banana.Formats.Casync.Assembly;

/// <summary>A piece of an image.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Where it ends.</summary>
    public long End => Offset + Length;
}

/// <summary>What a device must fetch of a new image when it has some of its chunks: by range requests from the full image, one for each piece.</summary>
/// <param name="Ranges">The pieces, in order; none touches the next.</param>
/// <param name="MissingBytes">The bytes that the device does not have.</param>
/// <param name="FetchedBytes">The bytes of all pieces: the missing ones, and gaps that were cheaper to fetch than a request.</param>
public sealed record ChunkPlan(IReadOnlyList<ByteRange> Ranges, long MissingBytes, long FetchedBytes)
{
    /// <summary>
    /// What a request is worth in bytes: a range of the image that is fetched though it is there costs less than one more request up to
    /// about here. The publisher prices with it and the device fetches with it, so that both come to the same ranges.
    /// </summary>
    public const int RequestWorth = 32 << 10;

    /// <summary>How many requests that is.</summary>
    public int Requests => Ranges.Count;

    /// <summary>Makes the plan. A chunk that the new image has several times is fetched once, where it comes first.</summary>
    /// <param name="index">The index of the new image.</param>
    /// <param name="present">The names of the chunks that the device has.</param>
    /// <param name="maximalGap">Two pieces with at most so many bytes between them are fetched as one.</param>
    public static ChunkPlan Make(ChunkIndex index, IReadOnlySet<ChunkId> present, long maximalGap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximalGap);
        List<ByteRange> ranges = [];
        var fetched = new HashSet<ChunkId>();
        var (missingBytes, fetchedBytes) = (0L, 0L);
        foreach (var chunk in index.Chunks)
        {
            if (present.Contains(chunk.Id) || !fetched.Add(chunk.Id))
            {
                continue;
            }

            missingBytes += chunk.Length;
            if (ranges.Count > 0 && chunk.Offset - ranges[^1].End <= maximalGap)
            {
                fetchedBytes += chunk.End - ranges[^1].End;
                ranges[^1] = ranges[^1] with { Length = chunk.End - ranges[^1].Offset };
            }
            else
            {
                fetchedBytes += chunk.Length;
                ranges.Add(new ByteRange(chunk.Offset, chunk.Length));
            }
        }

        return new ChunkPlan(ranges, missingBytes, fetchedBytes);
    }
}
