// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.CompilerServices;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;

namespace Banana.Releases.Stores.Folder;

/// <summary>A repository in a folder: an object is a file, written beside its place, synced and renamed.</summary>
/// <param name="root">The folder; made by the first write.</param>
public sealed class FolderStore(string root) : IReleaseStore
{
    private readonly string root = Path.GetFullPath(root);

    /// <inheritdoc/>
    public string Location => root;

    /// <inheritdoc/>
    public bool CanWrite => true;

    /// <inheritdoc/>
    public bool CanList => true;

    // Conditional writers take turns by a lock file, which the kernel frees when one is killed.
    private string LockFile => Path.Combine(root, ".lock");

    /// <inheritdoc/>
    public async Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation)
    {
        if (TryOpen(key) is not { } file)
        {
            return null;
        }

        await using (file.ConfigureAwait(false))
        {
            if (file.Length > limit)
            {
                throw StoreErrors.TooLong(Location, key, limit);
            }

            var content = new byte[file.Length];
            await file.ReadExactlyAsync(content, cancellation).ConfigureAwait(false);
            return new StoredObject(content, Sha256Digest.Of(content));
        }
    }

    /// <inheritdoc/>
    public Task<long?> LengthAsync(string key, CancellationToken cancellation) =>
        Task.FromResult(new FileInfo(PathOf(key)) is { Exists: true } file ? file.Length : (long?)null);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation)
    {
        range.Check();
        var file = TryOpen(key) ?? throw new MissingObjectException(Location, key);
        var length = range.Length ?? file.Length - range.Offset;
        if (length < 0 || range.Offset > file.Length - length)
        {
            file.Dispose();
            throw StoreErrors.TooShort(Location, key, range);
        }

        file.Position = range.Offset;
        return Task.FromResult<Stream>(new PartStream(file, length));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        StoreKey.CheckPrefix(prefix);
        var below = Path.Combine(root, prefix[..(prefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(below))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(below).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            cancellation.ThrowIfCancellationRequested();
            var key = Path.GetRelativePath(root, file.FullName);
            if (key.StartsWith(prefix, StringComparison.Ordinal) && StoreKey.IsValid(key) && LengthOf(file) is { } length)
            {
                yield return new StoreEntry(key, length);
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation)
    {
        var path = Prepare(key);
        if (precondition == Precondition.None)
        {
            await AtomicFile.WriteAsync(path, content, cancellation).ConfigureAwait(false);
            return true;
        }

        using var turn = await FileLock.TakeAsync(LockFile, onWait: null, cancellation).ConfigureAwait(false);
        var holds = precondition.MustBeMissing ? !File.Exists(path) : File.Exists(path) && await Sha256Digest.OfFileAsync(path, cancellation).ConfigureAwait(false) == precondition.Version;
        if (holds)
        {
            await AtomicFile.WriteAsync(path, content, cancellation).ConfigureAwait(false);
        }

        return holds;
    }

    /// <inheritdoc/>
    public Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation) => AtomicFile.WriteAsync(
        Prepare(key),
        async file =>
        {
            var buffer = new byte[1 << 18];
            var left = length;
            while (await content.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
            {
                left -= read;
                if (left < 0)
                {
                    break;
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            }

            if (left != 0)
            {
                throw StoreErrors.OtherLength(Location, key, length);
            }
        },
        cancellation);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
            UnixFile.SyncDirectory(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var swept = 0;
        if (Directory.Exists(root))
        {
            // The names that AtomicFile gives.
            foreach (var file in new DirectoryInfo(root).EnumerateFiles(".*.tmp", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                cancellation.ThrowIfCancellationRequested();
                if (file.LastWriteTimeUtc < before.UtcDateTime)
                {
                    file.Delete();
                    swept++;
                }
            }
        }

        return Task.FromResult(swept);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held between calls.
    }

    private static long? LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return null; // Deleted by another while we list.
        }
    }

    private string PathOf(string key) => Path.Combine(root, StoreKey.Check(key));

    private FileStream? TryOpen(string key)
    {
        try
        {
            return new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException || (error is UnauthorizedAccessException && Directory.Exists(PathOf(key))))
        {
            return null;
        }
    }

    /// <summary>Makes the folders above an object, each one durably.</summary>
    private string Prepare(string key)
    {
        var path = PathOf(key);
        var missing = new Stack<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            missing.Push(folder);
        }

        foreach (var folder in missing)
        {
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (IOException error) when (File.Exists(folder))
            {
                throw new BananaException(ExitCode.BadInput, $"'{key}' cannot be written: a part of its path is a file", where: root, inner: error);
            }

            UnixFile.SyncDirectory(Path.GetDirectoryName(folder)!);
        }

        return path;
    }
}
