// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Shared.CrashStates;

/// <summary>Which of the writes that were not flushed are on the disk.</summary>
public enum CrashKind
{
    /// <summary>The first ones, whole.</summary>
    Prefix,

    /// <summary>The first ones, and some sectors of the next from its beginning.</summary>
    Torn,

    /// <summary>All but one.</summary>
    Lost,

    /// <summary>One only.</summary>
    Alone,

    /// <summary>Some sectors of one only.</summary>
    TornAlone,

    /// <summary>Any of them, some torn.</summary>
    Random,

    /// <summary>Any sectors of any of them.</summary>
    Sectors,
}

/// <summary>A state of the disk after a power cut; its text names it for good.</summary>
/// <param name="Segment">The segment of the log.</param>
/// <param name="Epoch">The time between two flushes, counted in the segment.</param>
/// <param name="Kind">What is there.</param>
/// <param name="Index">The write that it is about, or the seed.</param>
/// <param name="Sectors">How many sectors of a torn write are there.</param>
public sealed record CrashState(string Segment, int Epoch, CrashKind Kind, int Index, int Sectors = 0)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Segment}:{Epoch}:{Kind}:{Index}:{Sectors}";

    /// <summary>All states that follow from a list of writes by a rule; random ones come on top.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="pending">The writes that were not flushed.</param>
    public static IEnumerable<CrashState> Systematic(string segment, int epoch, IReadOnlyList<LoggedWrite> pending)
    {
        for (var i = 0; i <= pending.Count; i++)
        {
            yield return new(segment, epoch, CrashKind.Prefix, i);
        }

        for (var i = 0; i < pending.Count; i++)
        {
            yield return new(segment, epoch, CrashKind.Lost, i);
            yield return new(segment, epoch, CrashKind.Alone, i);
            foreach (var sectors in Cuts(pending[i].Count))
            {
                yield return new(segment, epoch, CrashKind.Torn, i, sectors);
                yield return new(segment, epoch, CrashKind.TornAlone, i, sectors);
            }
        }
    }

    /// <summary>Puts the state on a disk.</summary>
    /// <param name="disk">The disk, with all that was flushed.</param>
    /// <param name="pending">The writes that were not.</param>
    public void Apply(StateDisk disk, IReadOnlyList<LoggedWrite> pending)
    {
        switch (Kind)
        {
            case CrashKind.Random or CrashKind.Sectors:
                ApplyRandom(disk, pending);
                break;
            default:
                for (var i = 0; i < pending.Count; i++)
                {
                    var sectors = Count(i, pending[i]);

                    // What is durable at once cannot be missing while something later is there.
                    var isForced = pending[i].IsForced && i < Index;
                    disk.Apply(pending[i], 0, isForced ? pending[i].Count : sectors);
                }

                break;
        }
    }

    private int Count(int place, LoggedWrite write) => Kind switch
    {
        CrashKind.Prefix => place < Index ? write.Count : 0,
        CrashKind.Torn => place < Index ? write.Count : place == Index ? Sectors : 0,
        CrashKind.Lost => place == Index ? 0 : write.Count,
        CrashKind.Alone => place == Index ? write.Count : 0,
        _ => place == Index ? Sectors : 0,
    };

    private void ApplyRandom(StateDisk disk, IReadOnlyList<LoggedWrite> pending)
    {
        var random = new Random(HashCode(Segment, Epoch, Index));
        var issued = random.Next(1, pending.Count + 1);
        var share = random.Next(4) switch { 0 => 0.1, 1 => 0.9, _ => 0.5 };
        for (var i = 0; i < issued; i++)
        {
            var write = pending[i];
            if (write.IsForced && i < issued - 1)
            {
                disk.Apply(write);
            }
            else if (Kind == CrashKind.Sectors)
            {
                for (var sector = 0; sector < write.Count; sector++)
                {
                    disk.Apply(write, sector, random.NextDouble() < share ? 1 : 0);
                }
            }
            else if (random.NextDouble() < share)
            {
                disk.Apply(write, 0, random.Next(8) == 0 ? random.Next(1, write.Count + 1) : write.Count);
            }
        }
    }

    // The same in every run, unlike string.GetHashCode.
    private static int HashCode(string segment, int epoch, int index) => unchecked((segment.Aggregate(17, (hash, c) => (hash * 31) + c) * 7919) + (epoch * 104_729) + index);

    private static IEnumerable<int> Cuts(int sectors) => new[] { 1, 2, 7, 8, sectors / 2, sectors - 8, sectors - 1 }.Where(cut => cut > 0 && cut < sectors).Distinct();
}
