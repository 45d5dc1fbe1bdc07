// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Formats.Storage;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Casync;

/// <summary>Images, indexes and stores in a folder that the peers see.</summary>
internal sealed class ChunkWorld : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    public string this[string name] => folder.Combine(name);

    /// <summary>Random bytes with repeats and holes, of any length.</summary>
    public static byte[] Mixed(int length, int seed)
    {
        var (random, bytes) = (new Random(seed), new byte[length]);
        for (var at = 0; at < length;)
        {
            var piece = bytes.AsSpan(at, Math.Min(length - at, random.Next(1, Math.Max(2, length / 4))));
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1 when at > piece.Length:
                    bytes.AsSpan(random.Next(at - piece.Length), piece.Length).CopyTo(piece);
                    break;
                default:
                    random.NextBytes(piece);
                    break;
            }

            at += piece.Length;
        }

        return bytes;
    }

    /// <summary>Fails without printing megabytes.</summary>
    public static void RequireSame(byte[] expected, byte[] actual, string what) => Assert.True(expected.AsSpan().SequenceEqual(actual), $"{what}: the bytes differ");

    public async Task<string> WriteAsync(string name, byte[] bytes)
    {
        await File.WriteAllBytesAsync(this[name], bytes, Cancellation);
        return this[name];
    }

    public Task DesyncAsync(params string[] arguments) => PeerTools.RunAsync(folder.Path, "desync", arguments, Cancellation);

    public Task CasyncAsync(params string[] arguments) => PeerTools.RunAsync(folder.Path, "casync", arguments, Cancellation);

    /// <summary>Cuts an image by ours; index and chunks are files then.</summary>
    public async Task<ChunkIndex> CutAsync(string image, ChunkParameters parameters, ChunkDigest digest, string index, FolderChunkStore? store = null)
    {
        using var source = ByteSource.OpenFile(this[image]);
        var made = ImageChunker.Cut(source, parameters, digest, store, cancellation: Cancellation);
        store?.Sync();
        await ChunkIndexWriter.WriteFileAsync(made, this[index], Cancellation);
        return made;
    }

    public FolderChunkStore Store(string name, ChunkDigest digest = ChunkDigest.Sha512Half, bool compressed = true) =>
        new(Directory.CreateDirectory(this[name]).FullName, new ChunkStoreOptions(digest, compressed));

    /// <summary>The image of an index and a store, by ours.</summary>
    public byte[] Assemble(string index, FolderChunkStore store)
    {
        using var output = new MemoryStream();
        ImageAssembler.Assemble(ChunkIndexReader.ReadFile(this[index]), [], store, output, Cancellation);
        return output.ToArray();
    }

    public Task<byte[]> ReadAsync(string name) => File.ReadAllBytesAsync(this[name], Cancellation);
}
