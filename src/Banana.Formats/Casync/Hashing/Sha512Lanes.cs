// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Banana.Formats.Casync.Hashing;

/// <summary>Where <see cref="Sha512Lanes"/> gets messages from.</summary>
internal unsafe interface IMessageQueue
{
    /// <summary>Takes the next message; false when there is none.</summary>
    bool TryTake(out int tag, out byte* message, out int length);

    /// <summary>Is told the digest of a message.</summary>
    void Complete(int tag, in ChunkId digest);
}

/// <summary>SHA-512/256 of many messages of different lengths: each lane takes the next when it is done with one.</summary>
internal static unsafe class Sha512Lanes
{
    private const int Lanes = Sha512Vector.Lanes;
    private const int BlockSize = Sha512Vector.BlockSize;
    private const int TailSize = 2 * BlockSize;

    /// <summary>Hashes until the queue is empty.</summary>
    public static void Run<TQueue>(TQueue queue)
        where TQueue : IMessageQueue
    {
        // A lane without a message hashes the same block again and again.
        var idle = stackalloc byte[BlockSize];
        var tails = stackalloc byte[Lanes * TailSize];
        var state = stackalloc Vector512<ulong>[8];
        var messages = stackalloc byte*[Lanes];
        var strides = stackalloc int[Lanes];
        var left = stackalloc int[Lanes];
        var lengths = stackalloc int[Lanes];
        var tags = stackalloc int[Lanes];
        var inTail = stackalloc bool[Lanes];
        var active = 0;
        for (var lane = 0; lane < Lanes; lane++)
        {
            active += Begin(lane) ? 1 : 0;
        }

        while (active > 0)
        {
            var blocks = int.MaxValue;
            for (var lane = 0; lane < Lanes; lane++)
            {
                blocks = strides[lane] > 0 ? Math.Min(blocks, left[lane]) : blocks;
            }

            Sha512Vector.Compress(state, messages, strides, blocks);
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (strides[lane] == 0 || (left[lane] -= blocks) > 0)
                {
                    continue;
                }

                if (!inTail[lane])
                {
                    BeginTail(lane);
                    continue;
                }

                queue.Complete(tags[lane], Digest(state, lane));
                active -= Begin(lane) ? 0 : 1;
            }
        }

        bool Begin(int lane)
        {
            if (!queue.TryTake(out tags[lane], out messages[lane], out lengths[lane]))
            {
                messages[lane] = idle;
                strides[lane] = 0;
                return false;
            }

            for (var word = 0; word < 8; word++)
            {
                ((ulong*)(state + word))[lane] = Sha512Vector.Initial[word];
            }

            (strides[lane], left[lane], inTail[lane]) = (BlockSize, lengths[lane] / BlockSize, false);
            if (left[lane] == 0)
            {
                BeginTail(lane);
            }

            return true;
        }

        // The rest of the message, a one bit, zeros, and the length in bits (FIPS 180-4, 5.1.2).
        void BeginTail(int lane)
        {
            var tail = new Span<byte>(tails + (lane * TailSize), TailSize);
            var rest = lengths[lane] % BlockSize;
            var size = rest < BlockSize - 16 ? BlockSize : TailSize;
            tail.Clear();
            new ReadOnlySpan<byte>(messages[lane], rest).CopyTo(tail);
            tail[rest] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(tail[(size - 8)..], 8L * lengths[lane]);
            messages[lane] = tails + (lane * TailSize);
            (left[lane], inTail[lane]) = (size / BlockSize, true);
        }
    }

    private static ChunkId Digest(Vector512<ulong>* state, int lane)
    {
        Span<byte> digest = stackalloc byte[ChunkId.Size];
        for (var word = 0; word < ChunkId.Size / 8; word++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(digest[(8 * word)..], ((ulong*)(state + word))[lane]);
        }

        return new ChunkId(digest);
    }
}
