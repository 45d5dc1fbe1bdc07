// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Storage;

namespace Banana.Formats.Erofs.Data;

/// <summary>The contents of a file of an image as a source of bytes: the metabox, and tables that lie in files.</summary>
/// <param name="image">The image.</param>
/// <param name="inode">The file.</param>
internal sealed class InodeSource(ErofsImage image, ErofsInode inode) : ByteSource
{
    private readonly Lock gate = new();
    private readonly ErofsDataReader reader = new(image, inode);

    /// <inheritdoc/>
    public override string Name => image.Name;

    /// <inheritdoc/>
    public override long Length => inode.Size;

    /// <inheritdoc/>
    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        lock (gate)
        {
            reader.Read(offset, buffer);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            reader.Dispose();
        }

        base.Dispose(disposing);
    }
}
