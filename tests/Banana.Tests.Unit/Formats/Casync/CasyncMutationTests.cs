// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Diagnostics;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Casync;

/// <summary>Damaged indexes and chunks.</summary>
public sealed class CasyncMutationTests
{
    private const long MemoryLimit = 64 << 20;
    private static readonly int Rounds = Mutations.Rounds(1000, tests: 2);
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("sample-4-16-64.caibx")]
    [InlineData("sample-16-64-256.caibx")]
    public void A_damaged_index_is_refused_or_is_another_sound_one(string name)
    {
        var random = new Random(name.Length);
        var whole = ChunkSamples.Golden(name);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(whole, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.GetTimestamp();
            try
            {
                // What is read has every byte of the file in it: a signature over the file is one over all that is used.
                Assert.Equal(bytes, ChunkIndexWriter.Compose(ChunkIndexReader.Read(ChunkSamples.Open(bytes, "test.caibx"))));
            }
            catch (BananaException error)
            {
                refused++;
                Assert.Equal(ExitCode.BadInput, error.Code);
                Assert.Contains("test.caibx", error.Message, StringComparison.Ordinal);
            }

            Bounded(before, clock, round);
        }

        Assert.True(refused > Rounds / 4, $"only {refused} of {Rounds} were refused");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_chunk_is_never_read(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var store = new FolderChunkStore(folder.Path, new ChunkStoreOptions(Compressed: compressed));
        var random = new Random(compressed ? 1 : 2);

        // Half noise, half text: literal blocks and sequences.
        byte[] content = [.. ChunkSamples.Noise(3000, 1), .. Enumerable.Range(0, 800).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"{i} ")), .. new byte[2000]];
        var id = ChunkHash.Of(ChunkDigest.Sha512Half, content);
        store.Put(id, content);
        var path = store.PathOf(id);
        var whole = File.ReadAllBytes(path);
        var buffer = new byte[content.Length];
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(whole, random);
            File.WriteAllBytes(path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.GetTimestamp();
            try
            {
                store.Read(id, buffer);
                Assert.Equal(content, buffer);
                accepted++;
            }
            catch (BananaException error)
            {
                Assert.Equal(ExitCode.Untrusted, error.Code);
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
            }

            Bounded(before, clock, round);
        }

        // Some changes change nothing: a byte becomes what it was, or stands in a part of the frame that decides nothing.
        Assert.True(accepted < Rounds / 10, $"{accepted} of {Rounds} were accepted");
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        var bytes = (byte[])whole.Clone();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var offset = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[offset] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[offset] = (byte)random.Next(256);
                    break;
                case 2 when bytes.Length >= 8:
                    BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(Math.Min(offset & ~7, bytes.Length - 8)), random.Next(4) switch { 0 => 0, 1 => ulong.MaxValue, 2 => long.MaxValue, _ => (ulong)random.Next(1 << 20) });
                    break;
                case 3:
                    bytes = bytes[..Math.Max(1, random.Next(bytes.Length))];
                    break;
                case 4:
                    var length = Math.Min(random.Next(1, 80), bytes.Length - offset);
                    bytes.AsSpan(random.Next(bytes.Length - length + 1), length).ToArray().CopyTo(bytes, offset);
                    break;
                default:
                    bytes = [.. bytes[..offset], .. bytes.AsSpan(offset, Math.Min(40, bytes.Length - offset)), .. bytes[offset..]];
                    break;
            }
        }

        return bytes;
    }

    private static void Bounded(long before, long clock, int round)
    {
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MemoryLimit, $"round {round} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        Assert.True(Stopwatch.GetElapsedTime(clock) < TimeLimit, $"round {round} took {Stopwatch.GetElapsedTime(clock)}");
    }
}
