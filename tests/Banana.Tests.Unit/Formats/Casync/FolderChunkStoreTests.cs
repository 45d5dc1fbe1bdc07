// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Casync;

public sealed class FolderChunkStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_put_is_read(bool compressed)
    {
        var (store, index) = Fill(compressed);
        Assert.Equal(index.Chunks.Select(chunk => chunk.Id.ToString()).Distinct().Order(StringComparer.Ordinal), store.Chunks().Select(id => id.ToString()).Order(StringComparer.Ordinal));
        var buffer = new byte[index.Parameters.Maximum];
        foreach (var chunk in index.Chunks)
        {
            store.Read(chunk.Id, buffer.AsSpan(0, chunk.Length));
            Assert.Equal(chunk.Length, store.ReadAny(chunk.Id, buffer));
        }

        var name = index.Chunks[0].Id.ToString();
        Assert.Equal(Path.Combine(store.Folder, name[..4], name + (compressed ? ".cacnk" : "")), store.PathOf(index.Chunks[0].Id));
        Assert.DoesNotContain(Directory.EnumerateFiles(store.Folder, "*", SearchOption.AllDirectories), file => Path.GetFileName(file).StartsWith(".tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chunk_that_is_wrong_is_named(bool compressed)
    {
        var (store, index) = Fill(compressed);
        var (chunk, other) = (index.Chunks[0], index.Chunks[1]);
        var path = store.PathOf(chunk.Id);
        var right = File.ReadAllBytes(path);

        Wrong([], "it is empty");
        Wrong(right[..^1], compressed ? "does not decode" : $"it has {chunk.Length - 1} bytes");
        Wrong(File.ReadAllBytes(store.PathOf(other.Id)), other.Length < chunk.Length ? "bytes in place of" : compressed ? "" : "more than a chunk of");
        Wrong(new byte[(2 * chunk.Length) + 10_000], "more than a chunk of");
        var changed = (byte[])right.Clone();
        changed[^10] ^= 1;
        Wrong(changed, "");
        File.Delete(path);
        Assert.Equal(ExitCode.Unreachable, Assert.Throws<BananaException>(() => store.Read(chunk.Id, new byte[chunk.Length])).Code);

        void Wrong(byte[] bytes, string problem)
        {
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<BananaException>(() => store.Read(chunk.Id, new byte[chunk.Length]));
            Assert.Equal(ExitCode.Untrusted, error.Code);
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            Assert.Throws<BananaException>(() => store.ReadAny(chunk.Id, new byte[index.Parameters.Maximum]));
        }
    }

    [Fact]
    public void A_frame_that_decodes_to_more_than_a_chunk_is_refused()
    {
        var store = new FolderChunkStore(folder.Path);
        var zeros = new byte[16 << 20];
        var id = ChunkHash.Of(ChunkDigest.Sha512Half, zeros);
        store.Put(id, zeros);
        Assert.True(new FileInfo(store.PathOf(id)).Length < 4096);
        Assert.Contains("does not decode", Assert.Throws<BananaException>(() => store.Read(id, new byte[4096])).Message, StringComparison.Ordinal);
        Assert.Contains("does not decode", Assert.Throws<BananaException>(() => store.ReadAny(id, new byte[4096])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_that_a_crash_left_is_replaced()
    {
        var (store, index) = Fill(compressed: true);
        var path = store.PathOf(index.Chunks[0].Id);
        File.WriteAllBytes(path, []);
        Assert.False(store.Contains(index.Chunks[0].Id));
        ChunkSamples.Cut(ChunkSamples.Sample(), sink: store);
        store.Read(index.Chunks[0].Id, new byte[index.Chunks[0].Length]);
    }

    [Fact]
    public void Files_that_are_no_chunks_are_passed_over()
    {
        var (store, index) = Fill(compressed: true);
        var id = index.Chunks[0].Id;
        File.WriteAllText(Path.Combine(folder.Path, "note"), "x");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(store.PathOf(id))!, ".tmp-cacnk1"), "x");
        File.Copy(store.PathOf(id), Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Path, "zzzz")).FullName, $"{id}.cacnk"));
        Assert.Equal(index.Chunks.Select(chunk => chunk.Id).Distinct().Count(), store.Chunks().Count());
    }

    private (FolderChunkStore Store, ChunkIndex Index) Fill(bool compressed)
    {
        var store = new FolderChunkStore(folder.Path, new ChunkStoreOptions(Compressed: compressed));
        var index = ChunkSamples.Cut(ChunkSamples.Sample(), sink: store);
        store.Sync();
        return (store, index);
    }
}
