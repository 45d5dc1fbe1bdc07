// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Foundation.Errors;
using Banana.Releases.Channels;
using Banana.Updates.Planning;
using PieceOfImage = Banana.Formats.Casync.Assembly.ByteRange;
using StoreRange = Banana.Releases.Stores.ByteRange;

namespace Banana.Updates.Fetching;

/// <summary>
/// The chunks that the device does not have, by ranges of the whole part, several at a time. No byte is written that was not proven by the
/// chunk's name. It needs no journal: chunks that lie in the target already are found by reading it.
/// </summary>
internal sealed class ChunkFetch
{
    // Each connection holds one chunk.
    private const int LargestChunk = 16 << 20;
    private readonly PartWork work;
    private readonly Way way;
    private readonly ChunkIndex index;
    private readonly bool[] isDone;

    // Where in the target a chunk lies that was proven.
    private readonly Dictionary<ChunkId, IndexedChunk> proven = [];
    private long written;

    private ChunkFetch(PartWork work, Way way, ChunkIndex index)
    {
        this.work = work;
        this.way = way;
        this.index = index;
        isDone = new bool[index.Chunks.Count];
    }

    public static async Task RunAsync(PartWork work, Way way, CancellationToken cancellation)
    {
        var delivered = work.Part.Delivered.Index!;
        var chunks = way.Index ?? await RepositoryReading.IndexAsync(work.Store, delivered, cancellation).ConfigureAwait(false);
        if (chunks.ImageLength != work.Part.Part.Size || chunks.Parameters.Maximum > LargestChunk)
        {
            throw new BananaException(ExitCode.BadInput, "the chunk index is not one of this image", delivered.Object.Key, "fetch the release in another way");
        }

        await new ChunkFetch(work, way, chunks).RunAsync(cancellation).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var image = work.Plan.Installed!.Parts[work.Part.Part.Role].Source;
        var seed = new IndexSeed(image, way.Seed ?? ImageChunker.Cut(image, index.Parameters, index.Digest, cancellation: cancellation));
        FindInTarget(cancellation);
        var missing = CopyFromSeed(seed, cancellation);
        var present = index.Chunks.Select(chunk => chunk.Id).Where(id => !missing.Contains(id)).ToHashSet();
        var ranges = ChunkPlan.Make(index, present, ChunkPlan.RequestWorth).Ranges;
        await Parallel.ForEachAsync(
            ranges,
            new ParallelOptions { MaxDegreeOfParallelism = work.Options.Connections, CancellationToken = cancellation },
            async (range, token) => await FetchAsync(range, missing, token).ConfigureAwait(false)).ConfigureAwait(false);
        CopyRepeated(cancellation);
    }

    private void FindInTarget(CancellationToken cancellation)
    {
        var buffer = new byte[index.Parameters.Maximum];
        for (var i = 0; i < isDone.Length && index.Chunks[i].End <= work.Part.Part.Size; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = index.Chunks[i];
            var content = buffer.AsSpan(0, chunk.Length);
            if (!work.Target.TryReadAt(chunk.Offset, content))
            {
                break; // It ends here.
            }

            if (ChunkHash.Of(index.Digest, content) == chunk.Id)
            {
                Done(i);
            }
        }
    }

    /// <summary>Writes what the seed has.</summary>
    /// <returns>The names of the chunks that it has not.</returns>
    private HashSet<ChunkId> CopyFromSeed(IndexSeed seed, CancellationToken cancellation)
    {
        var missing = new HashSet<ChunkId>();
        var buffer = new byte[index.Parameters.Maximum];
        for (var i = 0; i < isDone.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = index.Chunks[i];
            if (isDone[i] || missing.Contains(chunk.Id))
            {
                continue;
            }

            var content = buffer.AsSpan(0, chunk.Length);
            if (seed.TryRead(index.Digest, chunk.Id, content) || TryReadProven(chunk, content))
            {
                work.Target.WriteAt(chunk.Offset, content);
                Done(i);
            }
            else
            {
                missing.Add(chunk.Id);
            }
        }

        return missing;
    }

    private async Task FetchAsync(PieceOfImage range, HashSet<ChunkId> missing, CancellationToken cancellation)
    {
        var buffer = new byte[index.Parameters.Maximum];
        var source = await work.Store.OpenAsync(way.Object!.Key, new StoreRange(range.Offset, range.Length), cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            for (var i = IndexOf(range.Offset); i < isDone.Length && index.Chunks[i].Offset < range.End; i++)
            {
                var chunk = index.Chunks[i];
                var content = buffer.AsMemory(0, chunk.Length);
                await source.ReadExactlyAsync(content, cancellation).ConfigureAwait(false);
                if (!missing.Contains(chunk.Id))
                {
                    continue; // Lies between two that are missing, and was cheaper to fetch than another request.
                }

                if (ChunkHash.Of(index.Digest, content.Span) != chunk.Id)
                {
                    throw new BananaException(ExitCode.Untrusted, $"the chunk at {chunk.Offset} is damaged", way.Object.Key, "fetch the release in another way, or use another mirror");
                }

                work.Target.WriteAt(chunk.Offset, content.Span);
                Done(i);
            }
        }
    }

    // Of a chunk that the part has several times the first was fetched.
    private void CopyRepeated(CancellationToken cancellation)
    {
        var buffer = new byte[index.Parameters.Maximum];
        for (var i = 0; i < isDone.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = index.Chunks[i];
            if (isDone[i])
            {
                continue;
            }

            var content = buffer.AsSpan(0, chunk.Length);
            if (!TryReadProven(chunk, content))
            {
                throw new BananaException(ExitCode.Untrusted, $"the chunk at {chunk.Offset} changed in the target after it was written", way.Object!.Key, "the disk may be damaged");
            }

            work.Target.WriteAt(chunk.Offset, content);
            Done(i);
        }
    }

    private bool TryReadProven(in IndexedChunk chunk, Span<byte> content) =>
        proven.TryGetValue(chunk.Id, out var place) && place.Length == chunk.Length
        && work.Target.TryReadAt(place.Offset, content) && ChunkHash.Of(index.Digest, content) == chunk.Id;

    private void Done(int i)
    {
        lock (proven)
        {
            isDone[i] = true;
            proven.TryAdd(index.Chunks[i].Id, index.Chunks[i]);
            written += index.Chunks[i].Length;
            work.Step.Report(written, work.Part.Part.Size, "B");
        }
    }

    private int IndexOf(long offset)
    {
        var (low, high) = (0, index.Chunks.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = index.Chunks[middle].Offset < offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
