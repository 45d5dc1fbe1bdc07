// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Updates.Fetching;

/// <summary>A part in a place of fixed size that is there already: a partition. What makes it count is whatever points to it (the boot entry).</summary>
/// <param name="path">The block device.</param>
public sealed class SlotTarget(string path) : IPartTarget
{
    /// <inheritdoc/>
    public string Name => path;

    /// <inheritdoc/>
    public string Volume => path;

    /// <inheritdoc/>
    public long Room()
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return UnixFile.LengthOf(handle, path);
    }

    /// <inheritdoc/>
    public Stream Open() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1 << 16);

    /// <inheritdoc/>
    public void Complete(long length)
    {
        // Nothing points to it yet.
    }
}
