// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Assembly;

/// <summary>An old image whose chunks are used for a new one. It is not trusted: each chunk that is taken from it is proven first.</summary>
/// <param name="Image">The old image.</param>
/// <param name="Index">Its index.</param>
public sealed record IndexSeed(ByteSource Image, ChunkIndex Index)
{
    private Dictionary<ChunkId, IndexedChunk>? places;

    /// <summary>Reads a chunk if this image has it, unchanged.</summary>
    /// <param name="digest">How the chunk is named.</param>
    /// <param name="id">Its name.</param>
    /// <param name="content">As long as the chunk is; changed even when this fails.</param>
    /// <returns>Whether the chunk was read.</returns>
    public bool TryRead(ChunkDigest digest, in ChunkId id, Span<byte> content)
    {
        if (digest != Index.Digest || !Places.TryGetValue(id, out var chunk) || chunk.Length != content.Length || chunk.End > Image.Length)
        {
            return false;
        }

        try
        {
            Image.Read(chunk.Offset, content);
        }
        catch (Exception error) when (error is BananaException or IOException)
        {
            // It was cut while we read, or the disk has a bad place: as good as another content.
            return false;
        }

        return ChunkHash.Of(digest, content) == id;
    }

    /// <summary>Whether the index of this image names a chunk.</summary>
    public bool Names(in ChunkId id) => Places.ContainsKey(id);

    private Dictionary<ChunkId, IndexedChunk> Places => places ??= MakePlaces();

    private Dictionary<ChunkId, IndexedChunk> MakePlaces()
    {
        var found = new Dictionary<ChunkId, IndexedChunk>(Index.Chunks.Count);
        foreach (var chunk in Index.Chunks)
        {
            found.TryAdd(chunk.Id, chunk);
        }

        return found;
    }
}
