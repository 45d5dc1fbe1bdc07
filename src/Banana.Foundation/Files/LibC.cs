// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Foundation.Errors;
using Microsoft.Win32.SafeHandles;

namespace Banana.Foundation.Files;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string existing, string path);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LChown(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFS(int descriptor);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long LSeek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int FAdvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint UMask(uint mask);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    /// <summary>Throws what errno says, naming the path.</summary>
    public static void Check(int result, string path)
    {
        if (result < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            throw IOErrors.Explain(new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno));
        }
    }
}
