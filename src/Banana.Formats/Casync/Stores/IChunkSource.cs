// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Hashing;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Stores;

/// <summary>Where chunks come from.</summary>
public interface IChunkSource
{
    /// <summary>Reads a chunk and proves that it is the one.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="content">As long as the chunk is.</param>
    /// <exception cref="BananaException">It is not there, or is empty, truncated, too long, damaged or another chunk.</exception>
    void Read(in ChunkId id, Span<byte> content);
}
