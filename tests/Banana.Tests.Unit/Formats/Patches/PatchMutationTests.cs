// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Diagnostics;
using Banana.Formats.Compression;
using Banana.Formats.Patches;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Patches;

/// <summary>Damaged patches.</summary>
public sealed class PatchMutationTests
{
    // Beside what the reader may hold by design (docs/formats.md), a patch must not make it allocate.
    private const long MemoryLimit = 64 << 20;
    private const int GroupHead = 17;
    private static readonly int Rounds = Mutations.Rounds(1000, tests: 3);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);
    private readonly byte[] old = PatchSamples.Image("plain.erofs");
    private readonly byte[] target = PatchSamples.Image("indexes.erofs");

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var random = new Random(7);
        var whole = PatchSamples.Make(old, target);
        Run(_ =>
        {
            var bytes = (byte[])whole.Clone();
            for (var count = random.Next(1, 5); count > 0; count--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            return bytes;
        });
    }

    [Fact]
    public void Damaged_groups_with_a_right_checksum_are_refused_or_give_what_is_not_the_image()
    {
        var random = new Random(8);
        var whole = PatchSamples.Make(old, target);
        var head = PatchHeader.Read(new MemoryStream(whole), "test.patch").Length;
        var table = BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(head + 9));
        Run(_ =>
        {
            var bytes = (byte[])whole.Clone();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                bytes[head + 1 + random.Next(GroupHead - 5 + table)] = (byte)random.Next(256);
            }

            Seal(bytes.AsSpan(head), table);
            return bytes;
        });
    }

    [Fact]
    public void Damaged_instructions_are_refused_or_give_what_is_not_the_image()
    {
        var random = new Random(9);
        var instructions = Instructions();
        using var zstd = new ZstdCompressor(ZstdLibrary.System, new ZstdSettings(1));
        var frame = new byte[ZstdCompressor.Bound(ZstdLibrary.System, instructions.Length)];
        var head = PatchHeader.Read(new MemoryStream(PatchSamples.Make(old, target)), "test.patch").ToBytes();
        Run(_ =>
        {
            var content = (byte[])instructions.Clone();
            for (var count = random.Next(0, 4); count > 0; count--)
            {
                content[random.Next(Math.Min(content.Length, 40))] = (byte)random.Next(256);
            }

            var length = zstd.TryCompress(content, frame)!.Value;
            byte[] bytes = [.. head, .. new byte[GroupHead], .. frame.AsSpan(0, length), 0];
            var group = bytes.AsSpan(head.Length);
            group[0] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(group[1..], length);
            BinaryPrimitives.WriteInt32LittleEndian(group[5..], content.Length);
            Seal(group, 0);
            return bytes;
        });
    }

    private static void Seal(Span<byte> group, int table) =>
        BinaryPrimitives.WriteUInt32LittleEndian(group[13..], Checksum.Crc32C(group[..13]) ^ Checksum.Crc32C(group.Slice(GroupHead, table)));

    // Copies, zeros, a literal and a cluster by hand: none gives the image of the header.
    private static byte[] Instructions()
    {
        using var list = new MemoryStream();
        PatchCursor.Write(list, (3 << 2) | (ulong)PatchInstruction.Copy);
        PatchCursor.Write(list, PatchCursor.ZigZag(2));
        PatchCursor.Write(list, (2 << 2) | (ulong)PatchInstruction.Zero);
        PatchCursor.Write(list, (1 << 2) | (ulong)PatchInstruction.Literal);
        PatchCursor.Write(list, (1 << 2) | (ulong)PatchInstruction.Cluster);
        PatchCursor.Write(list, 0);
        PatchCursor.Write(list, 5000);
        PatchCursor.Write(list, (1 << 2) | (ulong)PatchInstruction.Copy);
        PatchCursor.Write(list, PatchCursor.ZigZag(-4));
        return [(byte)list.Length, .. list.ToArray(), .. new byte[4096 + 5000]];
    }

    private void Run(Func<int, byte[]> make)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var patch = make(round);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.GetTimestamp();
            try
            {
                var result = PatchSamples.Apply(old, patch);
                Assert.Equal(result.AsSpan().SequenceEqual(target), PatchSamples.IsRight(patch, result));
            }
            catch (BananaException error)
            {
                Assert.True(error.Code is ExitCode.BadInput or ExitCode.NewerFormat or ExitCode.MissingTool, $"round {round}: {error}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MemoryLimit, $"round {round} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
            Assert.True(Stopwatch.GetElapsedTime(clock) < TimeLimit, $"round {round} took {Stopwatch.GetElapsedTime(clock)}");
        }
    }
}
