// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Diagnostics;
using Banana.Formats.Erofs;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Erofs;

/// <summary>Damaged images: whatever is changed, the reader reads on or says which image is damaged; it never crashes, hangs or fills the memory.</summary>
public sealed class ErofsMutationTests
{
    private static readonly int Rounds = Mutations.Rounds(300, Golden.Names.Count());
    private const long ContentLimit = 8 << 20;
    private const long MemoryLimit = 64 << 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Names => [.. Golden.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void DamageIsReadOrNamed(string name)
    {
        var random = new Random(name.Sum(c => c));
        var whole = Golden.Bytes(name);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])whole.Clone();
            var what = Damage(bytes, random);
            Golden.Seal(bytes);
            var clock = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ReadEverything(bytes);
            }
            catch (BananaException error)
            {
                refused++;
                Assert.True(error.Code is ExitCode.BadInput or ExitCode.NewerFormat, $"{name} {round} {what}: {error.Code}");
                Assert.Contains("test.erofs", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error) when (error is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"{name} {round} {what}: {error}");
            }

            Assert.True(clock.Elapsed < TimeLimit, $"{name} {round} {what}: took {clock.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MemoryLimit, $"{name} {round} {what}: took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        // Most changes of so small an image hit something that matters.
        Assert.True(refused > Rounds / 10, $"only {refused} of {Rounds} were refused");
    }

    private static string Damage(byte[] bytes, Random random)
    {
        List<string> what = [];
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            // The superblock and its neighbours more often than their size: most of what is trusted stands there.
            var offset = random.Next(4) == 0 ? 1024 + random.Next(600) : random.Next(1024, bytes.Length);
            offset = Math.Min(offset, bytes.Length - 8);
            switch (random.Next(5))
            {
                case 0:
                    bytes[offset] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[offset] = (byte)random.Next(256);
                    break;
                case 2:
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset & ~3), random.Next(3) switch { 0 => uint.MaxValue, 1 => 0x7FFFFFFF, _ => (uint)random.Next(70_000) });
                    break;
                case 3:
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset & ~1), (ushort)random.Next(65_536));
                    break;
                default:
                    // A piece of the image over another: sound structures in the wrong place.
                    var length = random.Next(1, 64);
                    var source = random.Next(1024, bytes.Length - length);
                    bytes.AsSpan(source, length).ToArray().AsSpan(0, Math.Min(length, bytes.Length - offset)).CopyTo(bytes.AsSpan(offset));
                    break;
            }

            what.Add(offset.ToString());
        }

        // The magic number is tested elsewhere; without it nothing behind is reached.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1024), 0xE0F5E1E2);
        return $"changed at {string.Join(' ', what)}";
    }

    private static void ReadEverything(byte[] bytes)
    {
        using var image = Golden.Open(bytes);
        var read = 0L;
        using var enough = new CancellationTokenSource();
        foreach (var (path, inode) in image.Walk())
        {
            _ = image.Find(path);
            _ = image.ReadXattrs(inode);
            if (inode.Type == ErofsFileType.SymbolicLink)
            {
                _ = image.ReadLink(inode);
            }
            else if (inode.Type == ErofsFileType.Regular && !enough.IsCancellationRequested)
            {
                try
                {
                    image.CopyTo(inode, Count, enough.Token);
                }
                catch (OperationCanceledException)
                {
                    // A hole of a size that was made huge: it could be read for long.
                }
            }
        }

        void Count(ReadOnlySpan<byte> piece)
        {
            read += piece.Length;
            if (read > ContentLimit)
            {
                enough.Cancel();
            }
        }
    }
}
