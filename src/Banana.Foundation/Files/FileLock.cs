// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Banana.Foundation.Files;

/// <summary>An exclusive lock between processes (flock). The kernel drops it when its holder dies, however it dies.</summary>
public sealed class FileLock : IDisposable
{
    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int OpenOrCreate = 0x80042; // O_RDWR | O_CREAT | O_CLOEXEC: a child must not inherit the lock
    private readonly SafeFileHandle held;

    private FileLock(SafeFileHandle handle) => held = handle;

    /// <summary>Takes the lock if it is free, or returns null.</summary>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        // Not File.OpenHandle: .NET takes a shared flock of its own with every mode of sharing, which fails while another holds ours.
        var descriptor = LibC.Open(path, OpenOrCreate, 0x1b6 /* rw-rw-rw-, less the umask */);
        LibC.Check(descriptor, path);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (LibC.FLock(descriptor, Exclusive | NonBlocking) == 0)
        {
            return new FileLock(handle);
        }

        var errno = Marshal.GetLastPInvokeError();
        handle.Dispose();
        return errno == 11 /* EWOULDBLOCK */ ? null : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    /// <summary>Waits for the lock; says once whom it waits for.</summary>
    public static async Task<FileLock> TakeAsync(string path, Action? onWait, CancellationToken cancellation)
    {
        for (var first = true; ; first = false)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (first)
            {
                onWait?.Invoke();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();
}
