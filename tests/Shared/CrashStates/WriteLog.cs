// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Text;
using Banana.Formats.Storage;

namespace Banana.Tests.Shared.CrashStates;

/// <summary>One entry of a log of writes.</summary>
/// <param name="Sector">The first sector of the disk that it writes.</param>
/// <param name="Count">How many sectors; 0 of a flush alone.</param>
/// <param name="Data">The sector of the log with the first of them.</param>
/// <param name="Flags">What it is.</param>
public sealed record LoggedWrite(long Sector, int Count, int Data, LoggedFlags Flags)
{
    /// <summary>Whether all that was written before is durable when it is done.</summary>
    public bool IsFlush => Flags.HasFlag(LoggedFlags.Flush);

    /// <summary>Whether it is durable itself when it is done.</summary>
    public bool IsForced => Flags.HasFlag(LoggedFlags.ForceUnitAccess);
}

/// <summary>What an entry is (drivers/md/dm-log-writes.c).</summary>
[Flags]
public enum LoggedFlags
{
    /// <summary>A plain write.</summary>
    None = 0,

    /// <summary>A flush, before the write if there is one.</summary>
    Flush = 1,

    /// <summary>A write that is durable at once.</summary>
    ForceUnitAccess = 2,

    /// <summary>Sectors whose content does not matter any more.</summary>
    Discard = 4,

    /// <summary>A mark of whoever made the log.</summary>
    Mark = 8,
}

/// <summary>A part of a log that begins with a mark of the guest.</summary>
/// <param name="Name">The mark; empty: what came before the first.</param>
/// <param name="Writes">What was written, in order.</param>
public sealed record LogSegment(string Name, IReadOnlyList<LoggedWrite> Writes);

/// <summary>
/// The log of a disk's writes in the format of Linux's dm-log-writes, which QEMU's blklogwrites writes too. Source: kernel
/// Documentation/admin-guide/device-mapper/log-writes.rst, drivers/md/dm-log-writes.c. A superblock (magic, version, number of entries, sector
/// size), then each entry in a sector of its own with its data behind it.
/// </summary>
public sealed class WriteLog
{
    /// <summary>The size of a sector in bytes: the only one that is read.</summary>
    public const int SectorSize = 512;

    private const ulong Magic = 0x6a736677736872;
    private const ulong Version = 1;
    private const int MarkSector = 40;
    private const string MarkWord = "BANANA-CRASH ";

    private WriteLog(IReadOnlyList<LogSegment> segments) => Segments = segments;

    /// <summary>The segments, in order.</summary>
    public IReadOnlyList<LogSegment> Segments { get; }

    /// <summary>Reads a log. The data stays where it is.</summary>
    /// <exception cref="InvalidDataException">It is none, or is cut short.</exception>
    public static WriteLog Read(ByteSource log)
    {
        Span<byte> sector = stackalloc byte[SectorSize];
        log.Read(0, sector);
        if (Long(sector, 0) != Magic || Long(sector, 8) != Version || BinaryPrimitives.ReadUInt32LittleEndian(sector[24..]) != SectorSize)
        {
            throw new InvalidDataException($"{log.Name}: this is no log of writes with sectors of {SectorSize} bytes");
        }

        var count = Long(sector, 16);
        List<LogSegment> segments = [];
        List<LoggedWrite> writes = [];
        var name = string.Empty;
        var next = 1L;
        for (ulong entry = 0; entry < count; entry++)
        {
            log.Read(next * SectorSize, sector);
            var (first, length, flags) = ((long)Long(sector, 0), (long)Long(sector, 8), (LoggedFlags)Long(sector, 16));
            var isWrite = !flags.HasFlag(LoggedFlags.Discard) && !flags.HasFlag(LoggedFlags.Mark);
            if (first < 0 || length is < 0 or > int.MaxValue || (isWrite && (next + 1 + length) * SectorSize > log.Length))
            {
                throw new InvalidDataException($"{log.Name}: entry {entry} of {count} leads out of the log");
            }

            var write = new LoggedWrite(first, isWrite ? (int)length : 0, (int)next + 1, flags);
            next += 1 + write.Count;
            if (write is { Sector: MarkSector, Count: > 0 } && Mark(log, write) is { } mark)
            {
                segments.Add(new(name, writes));
                (name, writes) = (mark, []);
                continue;
            }

            writes.Add(write);
        }

        segments.Add(new(name, writes));
        return new(segments);
    }

    private static string? Mark(ByteSource log, LoggedWrite write)
    {
        var text = new byte[SectorSize];
        log.Read((long)write.Data * SectorSize, text);
        var line = Encoding.ASCII.GetString(text);
        return line.StartsWith(MarkWord, StringComparison.Ordinal) && line.IndexOf('\n', StringComparison.Ordinal) is var end and > 0 ? line[MarkWord.Length..end] : null;
    }

    private static ulong Long(ReadOnlySpan<byte> sector, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(sector[offset..]);
}
