// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Chunking;

/// <summary>Takes the contents of chunks while an image is cut; called from several threads at once.</summary>
public interface IChunkSink
{
    /// <summary>Takes one chunk.</summary>
    void Put(in ChunkId id, ReadOnlySpan<byte> content);
}

/// <summary>
/// Cuts an image as casync and desync do. The image passes through one buffer: pieces of it are read and searched side by side, the chunks are picked in
/// their order, and are then hashed (and stored) side by side. The result does not depend on the number of threads.
/// </summary>
public sealed unsafe class ImageChunker
{
    private const int SmallestBuffer = 8 << 20;
    private const int ChunksInBuffer = 16;

    private readonly ChunkParameters parameters;
    private readonly ChunkDigest digest;
    private readonly ByteSource image;
    private readonly IChunkSink? sink;
    private readonly int threads;
    private readonly CancellationToken cancellation;
    private readonly byte[] bytes;
    private readonly ulong[] map;
    private readonly List<IndexedChunk> chunks = [];
    private int[] order = [];

    private ImageChunker(ByteSource image, ChunkParameters parameters, ChunkDigest digest, IChunkSink? sink, int threads, CancellationToken cancellation)
    {
        parameters.RequireChunking();
        this.image = image;
        this.parameters = parameters;
        this.digest = digest;
        this.sink = sink;
        this.threads = threads;
        this.cancellation = cancellation;
        var capacity = Math.Max(SmallestBuffer, Math.Min((long)ChunksInBuffer * parameters.Maximum, Math.Max(4 * SmallestBuffer, 4L * parameters.Maximum)));
        capacity = (Math.Min(capacity, image.Length) + BoundaryScanner.Unit - 1) & -BoundaryScanner.Unit;
        bytes = GC.AllocateUninitializedArray<byte>((int)capacity, pinned: true);
        map = GC.AllocateUninitializedArray<ulong>((int)capacity / BoundaryScanner.Unit, pinned: true);
    }

    /// <summary>Cuts an image and names its chunks.</summary>
    /// <param name="image">The image.</param>
    /// <param name="parameters">The sizes of the chunks.</param>
    /// <param name="digest">How they are named.</param>
    /// <param name="sink">Takes their contents; each chunk at least once, those that repeat more often.</param>
    /// <param name="threads">How many threads work; 0: one for each processor.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    /// <returns>The index, the same as desync's.</returns>
    /// <exception cref="BananaException">The sizes are wrong, or the image ends while it is read.</exception>
    public static ChunkIndex Cut(ByteSource image, ChunkParameters parameters, ChunkDigest digest, IChunkSink? sink = null, int threads = 0, CancellationToken cancellation = default) =>
        new ImageChunker(image, parameters, digest, sink, threads > 0 ? threads : Environment.ProcessorCount, cancellation).Run();

    private ChunkIndex Run()
    {
        var test = new BoundaryTest(parameters.Discriminator);
        var bufferOffset = 0L;
        var (start, filled) = (0, 0);
        while (true)
        {
            var end = (int)Math.Min(bytes.Length, image.Length - bufferOffset);
            var isLast = bufferOffset + end == image.Length;
            Pieces(filled, end, (from, to) => image.Read(bufferOffset + from, bytes.AsSpan(from, to - from)));
            Pieces(filled, end, (from, to) => Scan(from, to, test));
            var first = chunks.Count;
            while (start < end && (isLast || end - start >= parameters.Maximum))
            {
                var length = ChunkPicker.Length(Map, start, end, parameters);
                chunks.Add(new IndexedChunk(default, bufferOffset + start, length));
                start += length;
            }

            Name(first, bufferOffset);
            if (isLast)
            {
                return new ChunkIndex(parameters, digest, chunks);
            }

            // What begins a chunk that does not end here stays, with what is known of it, at the same place within a word of the map.
            var kept = start & -BoundaryScanner.Unit;
            bytes.AsSpan(kept).CopyTo(bytes);
            map.AsSpan(kept / BoundaryScanner.Unit).CopyTo(map);
            (bufferOffset, start, filled) = (bufferOffset + kept, start - kept, end - kept);
        }
    }

    private byte* Bytes => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(bytes));

    private ulong* Map => (ulong*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(map));

    private void Scan(int from, int to, BoundaryTest test) => BoundaryScanner.Scan(Bytes, from, (to + BoundaryScanner.Unit - 1) & -BoundaryScanner.Unit, test, Map);

    private void Name(int first, long bufferOffset)
    {
        var count = chunks.Count - first;
        if (order.Length < count)
        {
            order = new int[count];
        }

        // The largest first, so that the threads (and the lanes of each) end together.
        var mine = order.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            mine[i] = first + i;
        }

        mine.Sort((a, b) => chunks[b].Length.CompareTo(chunks[a].Length));
        var queue = new Queue(this, bufferOffset, count);
        InParallel(Math.Min(threads, count), _ =>
        {
            if (digest == ChunkDigest.Sha512Half && Sha512Vector.IsSupported)
            {
                Sha512Lanes.Run(queue);
                return;
            }

            while (queue.TryTake(out var index, out var content, out var length))
            {
                queue.Complete(index, ChunkHash.Of(digest, new ReadOnlySpan<byte>(content, length)));
            }
        });
    }

    // Each thread takes one piece; they end at the boundaries of a word of the map.
    private void Pieces(int from, int to, Action<int, int> work)
    {
        var piece = Math.Max(1 << 16, (((to - from) / threads) + BoundaryScanner.Unit - 1) & -BoundaryScanner.Unit);
        var count = (to - from + piece - 1) / piece;
        InParallel(count, index => work(from + (index * piece), Math.Min(to, from + ((index + 1) * piece))));
    }

    private void InParallel(int count, Action<int> work)
    {
        cancellation.ThrowIfCancellationRequested();
        if (count <= 1)
        {
            if (count == 1)
            {
                work(0);
            }

            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }

    /// <summary>The chunks that are in the buffer and have no name yet.</summary>
    private sealed class Queue(ImageChunker chunker, long bufferOffset, int count) : IMessageQueue
    {
        private int next;

        public bool TryTake(out int tag, out byte* message, out int length)
        {
            chunker.cancellation.ThrowIfCancellationRequested();
            var place = Interlocked.Increment(ref next) - 1;
            if (place >= count)
            {
                tag = length = 0;
                message = null;
                return false;
            }

            tag = chunker.order[place];
            var chunk = chunker.chunks[tag];
            message = chunker.Bytes + (chunk.Offset - bufferOffset);
            length = chunk.Length;
            return true;
        }

        public void Complete(int tag, in ChunkId digest)
        {
            ref var chunk = ref CollectionsMarshal.AsSpan(chunker.chunks)[tag];
            chunk = chunk with { Id = digest };
            chunker.sink?.Put(digest, new ReadOnlySpan<byte>(chunker.Bytes + (chunk.Offset - bufferOffset), chunk.Length));
        }
    }
}
