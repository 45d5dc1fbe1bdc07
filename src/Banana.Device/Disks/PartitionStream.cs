// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Gpt;

namespace Banana.Device.Disks;

/// <summary>A partition as a stream: reads, writes and flushes go to its place of the disk, and never outside.</summary>
/// <param name="disk">The disk; it stays open.</param>
/// <param name="partition">The partition.</param>
internal sealed class PartitionStream(BlockDisk disk, GptPartition partition) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => partition.Size;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(Length - position, 0, buffer.Length);
        disk.Read(partition.Offset + position, buffer[..count]);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (position > Length - buffer.Length)
        {
            throw new IOException($"{disk.Name}: partition {partition.Number} ends at {Length}, before {position + buffer.Length}");
        }

        disk.Write(partition.Offset + position, buffer);
        position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => disk.Flush();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    // A partition keeps its size: what lies behind the part is of no meaning.
    public override void SetLength(long value)
    {
        if (value > Length)
        {
            throw new IOException($"{disk.Name}: partition {partition.Number} has {Length} bytes, {value} are needed");
        }
    }
}
