// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using Banana.Formats.Casync.Hashing;

namespace Banana.Formats.Casync.Stores;

/// <summary>A chunk as it lies in a store.</summary>
public static class ChunkFile
{
    /// <summary>Whether a compressed chunk file holds the chunk that its name says.</summary>
    /// <param name="id">The name.</param>
    /// <param name="digest">The digest that names are made of.</param>
    /// <param name="stored">The file.</param>
    /// <param name="length">The length of the chunk in bytes, by its index.</param>
    public static bool IsSound(in ChunkId id, ChunkDigest digest, ReadOnlySpan<byte> stored, int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return ChunkZstd.Decode(stored, buffer.AsSpan(0, length)) == length && ChunkHash.Of(digest, buffer.AsSpan(0, length)) == id;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
