// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;

namespace Banana.Formats.Casync.Indexes;

/// <summary>One chunk of an image.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Offset">Where it begins in the image, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct IndexedChunk(ChunkId Id, long Offset, int Length)
{
    /// <summary>Where the next one begins.</summary>
    public long End => Offset + Length;
}

/// <summary>Which chunks make an image, in their order (a <c>.caibx</c> file).</summary>
public sealed class ChunkIndex
{
    /// <summary>Makes an index.</summary>
    /// <param name="parameters">By which sizes the image was cut.</param>
    /// <param name="digest">How the chunks are named.</param>
    /// <param name="chunks">The chunks; each begins where the one before ends.</param>
    public ChunkIndex(ChunkParameters parameters, ChunkDigest digest, IReadOnlyList<IndexedChunk> chunks)
        : this(parameters, digest == ChunkDigest.Sha512Half ? ChunkIndexFormat.Sha512Half | ChunkIndexFormat.ExcludeNoDump : ChunkIndexFormat.ExcludeNoDump, chunks)
    {
    }

    internal ChunkIndex(ChunkParameters parameters, ulong featureFlags, IReadOnlyList<IndexedChunk> chunks)
    {
        Parameters = parameters;
        FeatureFlags = featureFlags;
        Chunks = chunks;
    }

    /// <summary>By which sizes the image was cut.</summary>
    public ChunkParameters Parameters { get; }

    /// <summary>How the chunks are named.</summary>
    public ChunkDigest Digest => (FeatureFlags & ChunkIndexFormat.Sha512Half) != 0 ? ChunkDigest.Sha512Half : ChunkDigest.Sha256;

    /// <summary>The chunks, in the order of the image.</summary>
    public IReadOnlyList<IndexedChunk> Chunks { get; }

    /// <summary>The length of the image in bytes.</summary>
    public long ImageLength => Chunks.Count == 0 ? 0 : Chunks[^1].End;

    /// <summary>The feature flags as they stand in the file; those of casync that say nothing of a plain image are kept.</summary>
    internal ulong FeatureFlags { get; }
}
