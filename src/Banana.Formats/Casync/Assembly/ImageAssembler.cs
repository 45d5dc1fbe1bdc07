// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Assembly;

/// <summary>Where the bytes of an image came from.</summary>
/// <param name="FromSeeds">Bytes of seeds.</param>
/// <param name="FromStore">Bytes of chunks that the store gave, uncompressed.</param>
/// <param name="ModifiedSeedChunks">How many chunks a seed's index promised and its image did not have.</param>
public sealed record AssemblyReport(long FromSeeds, long FromStore, int ModifiedSeedChunks);

/// <summary>Puts an image together from its chunks, from the first to the last. No byte is written that was not proven.</summary>
public static class ImageAssembler
{
    /// <summary>Writes the image of an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="seeds">Old images; the first that has a chunk is taken.</param>
    /// <param name="store">Has the rest.</param>
    /// <param name="output">Where the image goes; nothing is read from it.</param>
    /// <param name="cancellation">Stops between two chunks.</param>
    /// <exception cref="BananaException">A chunk is missing or damaged; what was written before it is right.</exception>
    public static AssemblyReport Assemble(ChunkIndex index, IReadOnlyList<IndexSeed> seeds, IChunkSource store, Stream output, CancellationToken cancellation = default)
    {
        var (fromSeeds, fromStore, modified) = (0L, 0L, 0);
        var buffer = Array.Empty<byte>();
        var (last, lastLength) = (default(ChunkId), 0);
        foreach (var chunk in index.Chunks)
        {
            cancellation.ThrowIfCancellationRequested();
            if (buffer.Length < chunk.Length)
            {
                buffer = GC.AllocateUninitializedArray<byte>(index.Parameters.Maximum);
                lastLength = 0;
            }

            // The chunk before is at hand: holes of an image are the same chunk many times over.
            var content = buffer.AsSpan(0, chunk.Length);
            if (lastLength != chunk.Length || last != chunk.Id)
            {
                lastLength = 0;
                var isSeeded = false;
                foreach (var seed in seeds)
                {
                    isSeeded = seed.TryRead(index.Digest, chunk.Id, content);
                    if (isSeeded)
                    {
                        break;
                    }

                    modified += seed.Names(chunk.Id) ? 1 : 0;
                }

                if (!isSeeded)
                {
                    store.Read(chunk.Id, content);
                }

                (fromSeeds, fromStore) = isSeeded ? (fromSeeds + chunk.Length, fromStore) : (fromSeeds, fromStore + chunk.Length);
                (last, lastLength) = (chunk.Id, chunk.Length);
            }

            output.Write(content);
        }

        return new AssemblyReport(fromSeeds, fromStore, modified);
    }
}
