// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Storage;
using Banana.Tests.Shared.CrashStates;

namespace Banana.Tests.Unit.Device.CrashStates;

/// <summary>Makes a log of writes; that we read what QEMU writes is shown by tests that boot.</summary>
internal sealed class LogBytes
{
    private const int Sector = WriteLog.SectorSize;
    private readonly List<byte> entries = [];
    private ulong count;

    public LogBytes Write(long offset, ReadOnlySpan<byte> bytes, LoggedFlags flags = LoggedFlags.None)
    {
        Entry((ulong)(offset / Sector), (ulong)(bytes.Length / Sector), flags);
        entries.AddRange(bytes);
        return this;
    }

    public LogBytes Flush()
    {
        Entry(0, 0, LoggedFlags.Flush);
        return this;
    }

    public LogBytes Mark(string name)
    {
        var mark = new byte[4096];
        Encoding.ASCII.GetBytes($"BANANA-CRASH {name}\n").CopyTo(mark, 0);
        return Write(40 * Sector, mark).Flush();
    }

    /// <summary>Writes what one disk has and the other has not, each run of sectors for itself.</summary>
    public LogBytes Difference(byte[] before, byte[] after)
    {
        for (var at = 0; at < before.Length; at += Sector)
        {
            var end = at;
            while (end < before.Length && !before.AsSpan(end, Sector).SequenceEqual(after.AsSpan(end, Sector)))
            {
                end += Sector;
            }

            if (end > at)
            {
                Write(at, after.AsSpan(at, end - at));
                at = end;
            }
        }

        return this;
    }

    public ByteSource Done()
    {
        var log = new byte[Sector + entries.Count];
        BinaryPrimitives.WriteUInt64LittleEndian(log, 0x6a736677736872);
        BinaryPrimitives.WriteUInt64LittleEndian(log.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(log.AsSpan(16), count);
        BinaryPrimitives.WriteUInt32LittleEndian(log.AsSpan(24), Sector);
        entries.CopyTo(log, Sector);
        return ByteSource.FromMemory(log, "writes.log");
    }

    private void Entry(ulong sector, ulong sectors, LoggedFlags flags)
    {
        var entry = new byte[Sector];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, sector);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), sectors);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(16), (ulong)flags);
        entries.AddRange(entry);
        count++;
    }
}
