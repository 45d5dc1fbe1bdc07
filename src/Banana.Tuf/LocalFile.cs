// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Tuf;

/// <summary>Files of this machine: read with a limit; written whole or not at all (temporary name, fsync, rename, fsync of the folder).</summary>
internal static partial class LocalFile
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC; reading is enough to sync a folder

    public static byte[] Read(string path, long maxLength)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > maxLength)
        {
            throw new TufException(TufFailure.TooLarge, $"{path} is larger than {maxLength} bytes");
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = Temporary(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>A name beside the file, that no reader takes for metadata.</summary>
    public static string Temporary(string path)
    {
        path = Path.GetFullPath(path);
        return Path.Combine(Path.GetDirectoryName(path)!, $".{Environment.ProcessId:x}-{Random.Shared.Next():x}.tmp");
    }

    /// <summary>Gives a synced temporary file its name.</summary>
    public static void Publish(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    private static void SyncFolder(string path)
    {
        var descriptor = OpenFolder(path, CloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        var result = FSync(descriptor);
        var errno = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result < 0)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
