// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Inspection;
using Banana.Formats.Fat;
using Banana.Formats.Storage;

namespace Banana.Tests.Shared.CrashStates;

/// <summary>
/// A disk as it was, with some sectors from a log of writes. A state costs what it changes: for each sector it is only known where in the log its
/// content is. Where it is, is what it is, so that two states with the same sources are the same.
/// </summary>
/// <param name="original">The disk before the first write of the log.</param>
/// <param name="log">The log.</param>
public sealed class StateDisk(ByteSource original, ByteSource log) : ByteSource, IContentStamps
{
    private const int Sector = WriteLog.SectorSize;

    // For each sector of the disk, the sector of the log that it is in; 0: the original.
    private readonly int[] sources = new int[original.Length / Sector];
    private readonly Stack<(long Sector, int Source)> undo = new();
    private bool isTemporary;

    /// <inheritdoc/>
    public override string Name => original.Name;

    /// <inheritdoc/>
    public override long Length => original.Length;

    /// <summary>What stands for the whole content.</summary>
    public UInt128 Stamp { get; private set; }

    /// <summary>Writes sectors of an entry of the log for good.</summary>
    public void Apply(LoggedWrite write) => Apply(write, 0, write.Count);

    /// <summary>Begins a state: what is applied from now on is taken back by <see cref="TakeBack"/>.</summary>
    public void Begin() => isTemporary = true;

    /// <summary>Writes some of the sectors of an entry.</summary>
    /// <param name="write">The entry.</param>
    /// <param name="from">The first sector, counted from the entry's.</param>
    /// <param name="count">How many.</param>
    public void Apply(LoggedWrite write, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            Set(write.Sector + i, write.Data + i);
        }
    }

    /// <summary>Takes back what was applied since <see cref="Begin"/>.</summary>
    public void TakeBack()
    {
        isTemporary = false;
        while (undo.TryPop(out var change))
        {
            Set(change.Sector, change.Source);
        }
    }

    /// <inheritdoc/>
    public UInt128 Of(IReadOnlyList<FatExtent> pieces)
    {
        UInt128 stamp = 0;
        foreach (var piece in pieces)
        {
            // Also what lies there: the same sectors of the original at another place are another content.
            stamp += Mix((ulong)piece.Offset, (ulong)piece.Length);
            var first = piece.Offset / Sector;
            var last = (piece.Offset + piece.Length + Sector - 1) / Sector;
            for (var at = Next(first, last); at < last; at = Next(at + 1, last))
            {
                stamp += Mix((ulong)at, (uint)sources[at]);
            }
        }

        return stamp;
    }

    /// <summary>Writes the state into a copy of the original.</summary>
    /// <param name="copy">The copy.</param>
    public void WriteTo(FileStream copy)
    {
        var content = new byte[Sector];
        for (var at = Next(0, sources.Length); at < sources.Length; at = Next(at + 1, sources.Length))
        {
            log.Read((long)sources[at] * Sector, content);
            copy.Position = at * Sector;
            copy.Write(content);
        }
    }

    /// <inheritdoc/>
    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        original.Read(offset, buffer);
        var first = offset / Sector;
        var last = (offset + buffer.Length + Sector - 1) / Sector;
        Span<byte> content = stackalloc byte[Sector];
        for (var at = Next(first, last); at < last; at = Next(at + 1, last))
        {
            log.Read((long)sources[at] * Sector, content);
            var into = (at * Sector) - offset;
            var skipped = (int)Math.Max(0, -into);
            var count = (int)Math.Min(Sector - skipped, buffer.Length - Math.Max(0, into));
            content.Slice(skipped, count).CopyTo(buffer[(int)Math.Max(0, into)..]);
        }
    }

    private static UInt128 Mix(ulong place, ulong source)
    {
        // Two rounds of splitmix64 (Steele, Lea, Flood 2014), for each half with other numbers.
        return new(Round((place * 0x9e3779b97f4a7c15) ^ Round(source + 1)), Round((source * 0xd1342543de82ef95) ^ Round(place + 0x632be59bd9b4e019)));

        static ulong Round(ulong value)
        {
            value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
            value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
            return value ^ (value >> 31);
        }
    }

    private long Next(long from, long end)
    {
        var place = sources.AsSpan((int)from, (int)(end - from)).IndexOfAnyExcept(0);
        return place < 0 ? end : from + place;
    }

    private void Set(long sector, int source)
    {
        ref var current = ref sources[sector];
        if (current == source)
        {
            return;
        }

        if (isTemporary)
        {
            undo.Push((sector, current));
        }

        Stamp -= current == 0 ? 0 : Mix((ulong)sector, (uint)current);
        current = source;
        Stamp += source == 0 ? 0 : Mix((ulong)sector, (uint)source);
    }
}
