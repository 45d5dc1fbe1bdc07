// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Microsoft.Win32.SafeHandles;

namespace Banana.Formats.Casync.Stores;

/// <summary>How a folder of chunks is kept.</summary>
/// <param name="Digest">How chunks are named.</param>
/// <param name="Compressed">Whether each is one Zstandard frame in a file <c>.cacnk</c>; otherwise the bytes themselves in a file without an extension (desync's "uncompressed").</param>
/// <param name="Level">The Zstandard level; 3 is that of desync and casync.</param>
public sealed record ChunkStoreOptions(ChunkDigest Digest = ChunkDigest.Sha512Half, bool Compressed = true, int Level = 3);

/// <summary>
/// A folder of chunks (<c>.castr</c>) as casync and desync keep it: <c>FOUR/NAME.cacnk</c>, where FOUR are the first four digits of the name.
/// Chunks are written beside their place and renamed; they are durable after <see cref="Sync"/>. From any thread.
/// </summary>
public sealed class FolderChunkStore : IChunkSource, IChunkSink
{
    // Both desync and casync add this, and desync's prune removes what begins with the prefix.
    private const string Extension = ".cacnk";
    private const string TemporaryPrefix = ".tmp-cacnk";

    [ThreadStatic]
    private static byte[]? scratch;

    private readonly ChunkStoreOptions options;
    private readonly bool[] knownFolders = new bool[1 << 16];

    /// <summary>Opens a store; the folder is made with the first chunk.</summary>
    public FolderChunkStore(string folder, ChunkStoreOptions? options = null)
    {
        Folder = Path.GetFullPath(folder);
        this.options = options ?? new ChunkStoreOptions();
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The file of a chunk, whether it is there or not.</summary>
    public string PathOf(in ChunkId id)
    {
        var name = id.ToString();
        return string.Concat(Folder, "/", name.AsSpan(0, 4), string.Concat("/", name, options.Compressed ? Extension : string.Empty));
    }

    /// <summary>Whether a chunk is there. An empty file does not count: that is what a crash leaves.</summary>
    public bool Contains(in ChunkId id) => ContainsFile(PathOf(id));

    /// <summary>Adds a chunk unless it is there.</summary>
    public void Put(in ChunkId id, ReadOnlySpan<byte> content)
    {
        var path = PathOf(id);
        if (ContainsFile(path))
        {
            return;
        }

        var stored = content;
        if (options.Compressed)
        {
            var frame = Scratch(ChunkZstd.MostEncoded(content.Length));
            stored = frame.AsSpan(0, ChunkZstd.Encode(content, frame, options.Level));
        }

        var folder = Path.GetDirectoryName(path)!;
        var number = Convert.ToUInt16(path[(Folder.Length + 1)..(Folder.Length + 5)], 16);
        try
        {
            if (!knownFolders[number])
            {
                Directory.CreateDirectory(folder);
                knownFolders[number] = true;
            }

            Write(folder, path, stored);
        }
        catch (Exception error) when (IOErrors.Explain(error) is BananaException)
        {
            throw IOErrors.Explain(error);
        }
    }

    /// <inheritdoc/>
    public void Read(in ChunkId id, Span<byte> content)
    {
        var path = PathOf(id);
        var length = Load(path, content);
        if (length != content.Length || ChunkHash.Of(options.Digest, content) != id)
        {
            throw Damaged(path, length < 0 ? "it does not decode to its size" : length == content.Length ? "its contents do not match its name" : $"it has {length} bytes in place of {content.Length}");
        }
    }

    /// <summary>Makes all chunks that were added durable.</summary>
    public void Sync()
    {
        if (Directory.Exists(Folder))
        {
            UnixFile.SyncFileSystem(Folder);
        }
    }

    /// <summary>The names of all chunks that are there, in no order. Other files, and those that a killed run left, are passed over.</summary>
    public IEnumerable<ChunkId> Chunks()
    {
        var extension = options.Compressed ? Extension : string.Empty;
        foreach (var folder in Directory.Exists(Folder) ? Directory.EnumerateDirectories(Folder, "????") : [])
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                var name = Path.GetFileName(file);
                if (name.Length == (2 * ChunkId.Size) + extension.Length && name.EndsWith(extension, StringComparison.Ordinal)
                    && ChunkId.TryParse(name.AsSpan(0, 2 * ChunkId.Size), out var id) && name.StartsWith(Path.GetFileName(folder), StringComparison.Ordinal))
                {
                    yield return id;
                }
            }
        }
    }

    /// <summary>Reads a chunk whose size is not known, and proves that it is the one.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="buffer">As long as the largest chunk of the store.</param>
    /// <returns>The length of the chunk.</returns>
    /// <exception cref="BananaException">As for <see cref="Read"/>.</exception>
    public int ReadAny(in ChunkId id, Span<byte> buffer)
    {
        var path = PathOf(id);
        var length = Load(path, buffer);
        return length > 0 && ChunkHash.Of(options.Digest, buffer[..length]) == id
            ? length
            : throw Damaged(path, length < 0 ? "it does not decode" : "its contents do not match its name");
    }

    // Reads and decodes; what comes out is not proven yet. -1: not sound, or longer than the buffer.
    private int Load(string path, Span<byte> content)
    {
        using var file = Open(path);
        var length = RandomAccess.GetLength(file);
        if (length == 0)
        {
            throw Damaged(path, "it is empty");
        }

        // No encoder makes a chunk much longer than it was; a longer file is not read at all.
        if (length > (options.Compressed ? ChunkZstd.MostEncoded(content.Length) + 4096 : content.Length))
        {
            throw Damaged(path, $"it has {length} bytes, more than a chunk of {content.Length} can have");
        }

        if (!options.Compressed)
        {
            return Fill(file, content[..(int)length]);
        }

        var frame = Scratch((int)length).AsSpan(0, (int)length);
        return Fill(file, frame) == length ? ChunkZstd.Decode(frame, content) : -1;
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BananaException(ExitCode.Unreachable, "the chunk is missing", path, "publish the image again", error);
        }
    }

    private static int Fill(SafeFileHandle file, Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer[filled..], filled) is > 0 and var count)
        {
            filled += count;
        }

        return filled;
    }

    private static void Write(string folder, string path, ReadOnlySpan<byte> stored)
    {
        var temporary = $"{folder}/{TemporaryPrefix}{Environment.ProcessId:x}-{Random.Shared.NextInt64():x}";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read))
            {
                RandomAccess.Write(file, stored, 0);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static bool ContainsFile(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    private static byte[] Scratch(int length) =>
        scratch is { } buffer && buffer.Length >= length ? buffer : scratch = GC.AllocateUninitializedArray<byte>(length);

    private static BananaException Damaged(string path, string problem) =>
        new(ExitCode.Untrusted, $"the chunk is damaged: {problem}", path, "remove it, and publish the image again");
}
