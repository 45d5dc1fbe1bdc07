// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Foundation.Errors;
using Microsoft.Win32.SafeHandles;

namespace Banana.Updates.Fetching;

/// <summary>A part in a place of fixed size that is there already: a partition. What makes it count is whatever points to it (the boot entry).</summary>
/// <param name="path">The block device.</param>
public sealed partial class SlotTarget(string path) : IPartTarget
{
    private const int SeekEnd = 2;

    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public string Volume => path;

    /// <inheritdoc/>
    public long Room()
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

        // fstat(2) says 0 for a block device, lseek(2) its size.
        var length = Seek(handle, 0, SeekEnd);
        return length >= 0 ? length : throw new BananaException(ExitCode.BadInput, $"its size cannot be read ({Marshal.GetLastPInvokeErrorMessage()})", path, "give a partition");
    }

    /// <inheritdoc/>
    public Stream Open() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1 << 16);

    /// <inheritdoc/>
    public void Complete(long length)
    {
        // Nothing points to it yet.
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle handle, long offset, int whence);
}
