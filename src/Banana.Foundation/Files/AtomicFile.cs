// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Files;

/// <summary>Writes a file whole or not at all: temporary name, fsync, rename, fsync of the directory.</summary>
public static class AtomicFile
{
    /// <summary>Writes what the callback writes. When it throws, the old file is untouched and nothing is left beside it.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, CancellationToken cancellation = default)
    {
        path = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Environment.ProcessId:x}-{Random.Shared.Next():x}.tmp");
        try
        {
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            UnixFile.SyncDirectory(directory);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes bytes.</summary>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation = default) =>
        WriteAsync(path, stream => stream.WriteAsync(content, cancellation).AsTask(), cancellation);

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static Task WriteAsync(string path, string content, CancellationToken cancellation = default) =>
        WriteAsync(path, System.Text.Encoding.UTF8.GetBytes(content), cancellation);
}
