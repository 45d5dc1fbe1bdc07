// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Stores;
using Banana.Releases.Layout;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;

namespace Banana.Releases.Publishing;

/// <summary>The chunk store of a repository as somewhere to put chunks. Chunks that are there are not written again.</summary>
internal static class RepositoryChunks
{
    /// <summary>Hands a sink to the work and makes what it got durable.</summary>
    public static async Task UseAsync(IReleaseStore store, Action<IChunkSink> work, CancellationToken cancellation)
    {
        if (store is FolderStore)
        {
            // Thousands of small files: one flush for all of them, in place of one each.
            var folder = new FolderChunkStore(System.IO.Path.Combine(store.Location, RepositoryLayout.Chunks));
            work(folder);
            folder.Sync();
            return;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(RepositoryLayout.Chunks, cancellation).ConfigureAwait(false))
        {
            known.Add(entry.Key);
        }

        // Cut into a folder first: the uploads then go side by side, and the chunker does not wait for the network.
        var temporary = Directory.CreateTempSubdirectory("banana-chunks-");
        try
        {
            var folder = new FolderChunkStore(temporary.FullName);
            work(new OnlyNew(folder, known));
            var files = temporary.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => !known.Contains(KeyOf(temporary, file)));
            await Parallel.ForEachAsync(
                files,
                new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation },
                async (file, token) =>
                {
                    var stream = file.OpenRead();
                    await using (stream.ConfigureAwait(false))
                    {
                        await store.UploadAsync(KeyOf(temporary, file), stream, stream.Length, token).ConfigureAwait(false);
                    }
                }).ConfigureAwait(false);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <summary>The key of a chunk.</summary>
    public static string KeyOf(in ChunkId id)
    {
        var text = id.ToString();
        return $"{RepositoryLayout.Chunks}{text[..4]}/{text}.cacnk";
    }

    private static string KeyOf(DirectoryInfo root, FileInfo file) => RepositoryLayout.Chunks + System.IO.Path.GetRelativePath(root.FullName, file.FullName);

    private sealed class OnlyNew(IChunkSink inner, HashSet<string> known) : IChunkSink
    {
        public void Put(in ChunkId id, ReadOnlySpan<byte> content)
        {
            if (!known.Contains(KeyOf(id)))
            {
                inner.Put(id, content);
            }
        }
    }
}
