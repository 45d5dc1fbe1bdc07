// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;
using Banana.Formats.Erofs.Data;
using Banana.Formats.Storage;

namespace Banana.Formats.Patches;

/// <summary>Gives what groups refer to: bytes of the old image, and the contents of its files. Not for several threads at once.</summary>
/// <param name="old">The old image. It stays open.</param>
internal sealed class PatchPrefix(ByteSource old) : IDisposable
{
    private readonly ScratchBuffer buffer = new(PatchFormat.MaximumPrefix);
    private ErofsImage? image;

    /// <summary>Reads the pieces, one after the other. The result holds until the next call.</summary>
    /// <exception cref="Foundation.Errors.BananaException">The old image does not have them.</exception>
    public ReadOnlySpan<byte> Read(IReadOnlyList<PatchReference> references, CancellationToken cancellation)
    {
        var all = buffer.Take(references.Sum(reference => reference.Length));
        var length = 0;
        foreach (var reference in references)
        {
            cancellation.ThrowIfCancellationRequested();
            var target = all.Slice(length, reference.Length);
            if (reference.Nid is { } nid)
            {
                // Its own source is not closed by it: the image is ours, the bytes are the caller's.
                image ??= ErofsImage.Open(old.Window(0, old.Length, "erofs"));
                using var reader = new ErofsDataReader(image, image.ReadSpecialFile(nid));
                reader.Read(reference.Offset, target);
            }
            else
            {
                old.Read(reference.Offset, target);
            }

            length += reference.Length;
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        image?.Dispose();
        buffer.Dispose();
    }
}
