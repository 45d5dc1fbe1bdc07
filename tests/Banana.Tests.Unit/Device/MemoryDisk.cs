// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Disks;
using Banana.Formats.Gpt;

namespace Banana.Tests.Unit.Device;

/// <summary>A disk in memory with a cache that a power cut loses: of what was not flushed, any sectors may be there, and one may be torn.</summary>
internal sealed class MemoryDisk(byte[] content, Faults faults) : BlockDisk
{
    private readonly byte[] durable = [.. content];
    private readonly byte[] current = [.. content];
    private readonly SortedSet<int> dirty = [];
    private readonly Lock turn = new();

    public override string Name => "disk";

    public override long Length => current.Length;

    public byte[] Content => [.. current];

    public override void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var isShort = faults.Before();
        lock (turn)
        {
            var written = isShort ? bytes[..(bytes.Length / 2)] : bytes;
            written.CopyTo(current.AsSpan((int)offset));
            for (var sector = (int)(offset / GptTable.SectorSize); sector * (long)GptTable.SectorSize < offset + written.Length; sector++)
            {
                dirty.Add(sector);
            }
        }

        if (isShort)
        {
            throw Faults.Error(5);
        }
    }

    public override void Flush()
    {
        if (faults.Before())
        {
            throw Faults.Error(5);
        }

        lock (turn)
        {
            current.CopyTo(durable, 0);
            dirty.Clear();
        }
    }

    /// <summary>What is on the disk when the power comes back.</summary>
    public byte[] AfterPowerCut(Random random)
    {
        byte[] left = [.. durable];
        var share = random.Next(4) switch { 0 => 0.0, 1 => 1.0, _ => random.NextDouble() };
        foreach (var sector in dirty)
        {
            if (random.NextDouble() < share)
            {
                var length = random.Next(64) == 0 ? random.Next(GptTable.SectorSize) : GptTable.SectorSize;
                current.AsSpan(sector * GptTable.SectorSize, length).CopyTo(left.AsSpan(sector * GptTable.SectorSize));
            }
        }

        return left;
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        lock (turn)
        {
            current.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        }
    }
}
