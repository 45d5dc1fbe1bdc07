// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Foundation.Files;

namespace Banana.Formats.Casync.Indexes;

/// <summary>Writes a <c>.caibx</c> file, with the bytes that desync writes.</summary>
public static class ChunkIndexWriter
{
    /// <summary>Writes a file, whole or not at all.</summary>
    public static Task WriteFileAsync(ChunkIndex index, string path, CancellationToken cancellation = default) =>
        AtomicFile.WriteAsync(path, Compose(index), cancellation);

    /// <summary>The bytes of the file.</summary>
    public static byte[] Compose(ChunkIndex index)
    {
        var bytes = new byte[ChunkIndexFormat.EmptyLength + ((long)index.Chunks.Count * ChunkIndexFormat.ItemLength)];
        var rest = bytes.AsSpan();
        Write(ChunkIndexFormat.IndexLength, ref rest);
        Write(ChunkIndexFormat.Index, ref rest);
        Write(index.FeatureFlags, ref rest);
        Write((ulong)index.Parameters.Minimum, ref rest);
        Write((ulong)index.Parameters.Average, ref rest);
        Write((ulong)index.Parameters.Maximum, ref rest);
        Write(ulong.MaxValue, ref rest);
        Write(ChunkIndexFormat.Table, ref rest);
        foreach (var chunk in index.Chunks)
        {
            Write((ulong)chunk.End, ref rest);
            chunk.Id.CopyTo(rest);
            rest = rest[Hashing.ChunkId.Size..];
        }

        Write(0, ref rest);
        Write(0, ref rest);
        Write(ChunkIndexFormat.IndexLength, ref rest);
        Write((ulong)(bytes.Length - ChunkIndexFormat.IndexLength), ref rest);
        Write(ChunkIndexFormat.TailMarker, ref rest);
        return bytes;
    }

    private static void Write(ulong number, ref Span<byte> rest)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, number);
        rest = rest[8..];
    }
}
