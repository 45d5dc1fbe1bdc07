// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Fat;

/// <summary>The content of a file, cluster by cluster.</summary>
internal sealed class FatFile : ByteSource
{
    private readonly ByteSource volume;
    private readonly IReadOnlyList<FatExtent> extents;
    private readonly long[] starts;

    /// <param name="volume">The volume.</param>
    /// <param name="extents">Where the bytes lie; what is missing at the end cannot be read.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="length">The length in bytes.</param>
    public FatFile(ByteSource volume, IReadOnlyList<FatExtent> extents, string name, long length)
    {
        this.volume = volume;
        this.extents = extents;
        Name = name;
        Length = length;
        starts = new long[extents.Count];
        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + extents[i - 1].Length;
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        var place = Array.BinarySearch(starts, offset);
        for (place = place < 0 ? ~place - 1 : place; !buffer.IsEmpty; place++)
        {
            if (place < 0 || place >= starts.Length || offset >= starts[place] + extents[place].Length)
            {
                throw new BananaException(ExitCode.BadInput, $"its chain ends before byte {offset}", Name, "check the file system with fsck.vfat");
            }

            var into = offset - starts[place];
            var count = (int)Math.Min(buffer.Length, extents[place].Length - into);
            volume.Read(extents[place].Offset + into, buffer[..count]);
            buffer = buffer[count..];
            offset += count;
        }
    }
}
