// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Storage;

namespace Banana.Formats.Fat;

/// <summary>How a chain of clusters ends.</summary>
public enum FatChainEnd
{
    /// <summary>With the mark of an end.</summary>
    Marked,

    /// <summary>Nowhere: it leads back into itself.</summary>
    Loop,

    /// <summary>At a cluster that is free in the table.</summary>
    Free,

    /// <summary>At a cluster that is marked as bad.</summary>
    Bad,

    /// <summary>At a number that no cluster has.</summary>
    Outside,
}

/// <summary>A chain of clusters.</summary>
/// <param name="Clusters">The clusters up to where it ends; of a loop, each once.</param>
/// <param name="End">How it ends.</param>
public sealed record FatChain(IReadOnlyList<uint> Clusters, FatChainEnd End);

/// <summary>A copy of the allocation table: which cluster follows each. It is read as far as it is asked for, in pieces that are kept.</summary>
/// <param name="volume">The volume.</param>
/// <param name="geometry">Its measures.</param>
/// <param name="copy">The copy, from 0.</param>
internal sealed class FatTable(ByteSource volume, FatGeometry geometry, int copy)
{
    private const int PieceSize = 1 << 16;
    private const uint BadMark = 0x0fff_fff7; // in the widest form
    private readonly byte[]?[] pieces = new byte[]?[(geometry.TableSize + PieceSize - 1) / PieceSize];

    /// <summary>Whether the table says that nothing uses a cluster.</summary>
    public bool IsFree(uint cluster) => Value(cluster) == 0;

    /// <summary>Whether a cluster is not to be used.</summary>
    public bool IsBad(uint cluster) => Value(cluster) == BadMark;

    /// <summary>Whether a number is that of a cluster.</summary>
    public bool IsCluster(uint number) => number >= 2 && number - 2 < geometry.ClusterCount;

    /// <summary>How many clusters nothing uses.</summary>
    public uint CountFree()
    {
        var count = 0U;
        for (uint cluster = 2; cluster - 2 < geometry.ClusterCount; cluster++)
        {
            count += IsFree(cluster) ? 1U : 0U;
        }

        return count;
    }

    /// <summary>Goes along a chain to its end.</summary>
    /// <param name="first">Its first cluster.</param>
    public FatChain Follow(uint first)
    {
        List<uint> clusters = [];
        for (var cluster = first; ;)
        {
            if (!IsCluster(cluster))
            {
                return new(clusters, FatChainEnd.Outside);
            }

            clusters.Add(cluster);
            if (clusters.Count > geometry.ClusterCount)
            {
                // More clusters than there are: some came twice.
                var seen = new HashSet<uint>();
                return new([.. clusters.TakeWhile(seen.Add)], FatChainEnd.Loop);
            }

            var next = Value(cluster);
            if (next is 0 or >= BadMark)
            {
                return new(clusters, next switch { 0 => FatChainEnd.Free, BadMark => FatChainEnd.Bad, _ => FatChainEnd.Marked });
            }

            cluster = next;
        }
    }

    /// <summary>The clusters of which two copies say different things.</summary>
    public IReadOnlyList<uint> Differences(FatTable other)
    {
        List<uint> found = [];
        if (Enumerable.Range(0, pieces.Length).All(piece => Piece(piece).AsSpan().SequenceEqual(other.Piece(piece))))
        {
            return found;
        }

        for (uint cluster = 2; cluster - 2 < geometry.ClusterCount; cluster++)
        {
            if (Value(cluster) != other.Value(cluster))
            {
                found.Add(cluster);
            }
        }

        return found;
    }

    private byte[] Piece(int number)
    {
        if (pieces[number] is { } piece)
        {
            return piece;
        }

        var offset = number * PieceSize;
        piece = new byte[Math.Min(PieceSize, geometry.TableSize - offset)];
        volume.Read(geometry.TableOffset + (copy * geometry.TableStride) + offset, piece);
        return pieces[number] = piece;
    }

    private ReadOnlySpan<byte> At(long offset) => Piece((int)(offset / PieceSize)).AsSpan((int)(offset % PieceSize));

    // The narrow forms' marks are widened, so that there is one meaning.
    private uint Value(uint cluster)
    {
        switch (geometry.Kind)
        {
            case FatKind.Fat32:
                return BinaryPrimitives.ReadUInt32LittleEndian(At(cluster * 4L)) & 0x0fff_ffff;
            case FatKind.Fat16:
                uint word = BinaryPrimitives.ReadUInt16LittleEndian(At(cluster * 2L));
                return word >= 0xfff7 ? word | 0x0fff_0000 : word;
            default:
                var at = cluster + (cluster / 2);
                var pair = (uint)(At(at)[0] | (At(at + 1)[0] << 8));
                var value = cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
                return value >= 0xff7 ? value | 0x0fff_f000 : value;
        }
    }
}
