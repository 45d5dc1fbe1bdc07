// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Indexes;

/// <summary>Reads a <c>.caibx</c> file strictly: every byte of it is accounted for.</summary>
public static class ChunkIndexReader
{
    /// <summary>An index of this length is 1.6 million chunks: 100 GiB in chunks of 64 KiB.</summary>
    public const int DefaultLargest = 64 << 20;

    private const int ItemsAtOnce = 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="BananaException">There is no such file, or it is no index, is damaged, or is of an archive.</exception>
    public static ChunkIndex ReadFile(string path)
    {
        using var source = ByteSource.OpenFile(path);
        return Read(source);
    }

    /// <summary>Reads an index. Takes memory for as many chunks as there are bytes for, never for what a number promises.</summary>
    /// <param name="source">The file.</param>
    /// <param name="largest">A longer file is refused before anything is taken for it, in bytes.</param>
    /// <exception cref="BananaException">It is no index, is damaged, is longer, or is of an archive.</exception>
    public static ChunkIndex Read(ByteSource source, int largest = DefaultLargest)
    {
        if (source.Length < ChunkIndexFormat.EmptyLength || (source.Length - ChunkIndexFormat.EmptyLength) % ChunkIndexFormat.ItemLength != 0)
        {
            throw Damaged(source, $"no index has {source.Length} bytes");
        }

        if (source.Length > largest)
        {
            throw new BananaException(ExitCode.BadInput, $"the chunk index has {source.Length} bytes, more than the {largest} that are allowed", source.Name);
        }

        Span<byte> head = stackalloc byte[ChunkIndexFormat.IndexLength + ChunkIndexFormat.TableHeadLength];
        source.Read(0, head);
        if (Number(head, 0) != ChunkIndexFormat.IndexLength || Number(head, 1) != ChunkIndexFormat.Index)
        {
            throw new BananaException(ExitCode.BadInput, "this is not a chunk index (.caibx)", source.Name);
        }

        var flags = Number(head, 2);
        if ((flags & ~ChunkIndexFormat.KnownFlags) != 0)
        {
            throw new BananaException(ExitCode.BadInput, $"the chunk index is not one of an image: it has the feature flags {flags:x}", source.Name, "an index of an archive (.caidx) is read by casync or desync");
        }

        var parameters = Sizes(source, head);
        Require(source, Number(head, 6) == ulong.MaxValue && Number(head, 7) == ChunkIndexFormat.Table, $"the table does not follow the head");
        var chunks = Items(source, parameters, (int)((source.Length - ChunkIndexFormat.EmptyLength) / ChunkIndexFormat.ItemLength));
        Tail(source);
        return new ChunkIndex(parameters, flags, chunks);
    }

    private static ChunkParameters Sizes(ByteSource source, ReadOnlySpan<byte> head)
    {
        Span<int> sizes = stackalloc int[3];
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = Number(head, 3 + i);
            Require(source, size is > 0 and <= ChunkParameters.LargestChunk, $"a chunk size is {size}");
            sizes[i] = (int)size;
        }

        var parameters = new ChunkParameters(sizes[0], sizes[1], sizes[2]);
        Require(source, parameters.IsOrdered, $"the chunk sizes are not in order");
        return parameters;
    }

    private static IndexedChunk[] Items(ByteSource source, ChunkParameters parameters, int count)
    {
        var chunks = new IndexedChunk[count];
        Span<byte> buffer = new byte[Math.Min(count, ItemsAtOnce) * ChunkIndexFormat.ItemLength];
        var offset = 0L;
        for (var index = 0; index < count; index++)
        {
            var slot = index % ItemsAtOnce;
            if (slot == 0)
            {
                buffer = buffer[..(Math.Min(count - index, ItemsAtOnce) * ChunkIndexFormat.ItemLength)];
                source.Read(ChunkIndexFormat.IndexLength + ChunkIndexFormat.TableHeadLength + ((long)index * ChunkIndexFormat.ItemLength), buffer);
            }

            var item = buffer.Slice(slot * ChunkIndexFormat.ItemLength, ChunkIndexFormat.ItemLength);
            var end = Number(item, 0);
            Require(source, end > (ulong)offset && end <= long.MaxValue, $"chunk {index} ends at {end}, where the one before ends at {offset}");
            var length = (long)end - offset;
            Require(source, length <= parameters.Maximum && (length >= parameters.Minimum || index == count - 1), $"chunk {index} has {length} bytes, out of the range of this index");
            chunks[index] = new IndexedChunk(new ChunkId(item[8..]), offset, (int)length);
            offset = (long)end;
        }

        return chunks;
    }

    private static void Tail(ByteSource source)
    {
        Span<byte> tail = stackalloc byte[ChunkIndexFormat.TailLength];
        source.Read(source.Length - tail.Length, tail);
        Require(
            source,
            Number(tail, 0) == 0 && Number(tail, 1) == 0 && Number(tail, 2) == ChunkIndexFormat.IndexLength
                && Number(tail, 3) == (ulong)(source.Length - ChunkIndexFormat.IndexLength) && Number(tail, 4) == ChunkIndexFormat.TailMarker,
            $"the table does not end as it should");
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * index)..]);

    private static void Require(ByteSource source, bool condition, FormattableString problem)
    {
        if (!condition)
        {
            throw Damaged(source, FormattableString.Invariant(problem));
        }
    }

    private static BananaException Damaged(ByteSource source, string problem) =>
        new(ExitCode.BadInput, $"the chunk index is damaged: {problem}", source.Name, "build or fetch it again");
}
