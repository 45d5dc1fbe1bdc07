// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Device.Inspection;

namespace Banana.Tests.Shared.CrashStates;

/// <summary>A state in which a machine would not come up as it must.</summary>
/// <param name="Rule">What is broken.</param>
/// <param name="State">The state.</param>
/// <param name="Detail">What the disk looks like.</param>
public sealed record CrashViolation(CrashRule Rule, CrashState State, string Detail);

/// <summary>What was found in a segment.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Epochs">How many times something was flushed.</param>
/// <param name="Writes">How many writes it has.</param>
/// <param name="States">How many states were looked at.</param>
/// <param name="Different">How many of them differ from each other in any sector.</param>
/// <param name="Violations">What is wrong.</param>
/// <param name="Time">How long it took.</param>
public sealed record SegmentReport(string Name, int Epochs, int Writes, int States, int Different, IReadOnlyList<CrashViolation> Violations, TimeSpan Time)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var rules = string.Join(", ", Violations.GroupBy(violation => violation.Rule).Select(group => $"{group.Key} {group.Count()} (first {group.First().State}: {group.First().Detail})"));
        return $"{Name}: {Writes} writes, {Epochs} epochs, {Different} different of {States} states in {Time.TotalSeconds:0.0} s, {(rules.Length == 0 ? "none wrong" : rules)}";
    }
}

/// <summary>
/// Rebuilds a disk as a power cut can leave it, from a log of its writes: at each flush, and with parts of what was not flushed. It goes through
/// the segments in their order; each state is judged by <see cref="CrashRules"/>.
/// </summary>
/// <param name="disk">The disk, as it was before the log.</param>
/// <param name="inspector">Looks at states.</param>
/// <param name="matters">Whether a write is anything that the rules are about.</param>
public sealed class CrashExplorer(StateDisk disk, DiskInspector inspector, Func<LoggedWrite, bool> matters)
{
    // An epoch of few sectors has few states: after so many that were seen before, it is taken to have no others.
    private const int MostAlike = 60;
    private const int MostWeight = 256;

    // Of what came before and was not flushed yet, too: a segment begins where the guest says so, not where the disk is at rest.
    private readonly List<LoggedWrite> pending = [];

    /// <summary>Called for each state that was looked at, while it is on the disk.</summary>
    public Action<CrashState, DiskView>? OnState { get; init; }

    /// <summary>How much of the work a segment should get, in proportion to others.</summary>
    public long WeightOf(LogSegment segment) => Count(segment).Weight;

    /// <summary>Goes through a segment without looking at states.</summary>
    public void Skip(LogSegment segment)
    {
        foreach (var (_, _, flushed) in Epochs(segment))
        {
            flushed();
        }
    }

    /// <summary>Puts one state on the disk and leaves it there.</summary>
    /// <returns>Whether the segment has the state.</returns>
    public bool Rebuild(LogSegment segment, CrashState state)
    {
        foreach (var (epoch, writes, flushed) in Epochs(segment))
        {
            if (epoch == state.Epoch)
            {
                state.Apply(disk, writes);
                return true;
            }

            flushed();
        }

        return false;
    }

    /// <summary>Looks at states of a segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="rules">What has to hold in each.</param>
    /// <param name="most">About how many different ones.</param>
    /// <param name="cancellation">Stops the work.</param>
    public SegmentReport Explore(LogSegment segment, CrashRules rules, int most, CancellationToken cancellation)
    {
        var clock = Stopwatch.GetTimestamp();
        var (systematic, weight, epochs) = Count(segment);
        HashSet<UInt128> seen = [];
        List<CrashViolation> violations = [];
        var states = 0;
        foreach (var (epoch, writes, flushed) in Epochs(segment))
        {
            cancellation.ThrowIfCancellationRequested();

            // With fewer asked for than there are, an even share of them; the first and the last of each epoch always.
            var share = Math.Min(1, (double)most / Math.Max(1, systematic));
            var random = new Random(epoch);
            foreach (var state in CrashState.Systematic(segment.Name, epoch, writes))
            {
                if (share >= 1 || random.NextDouble() < share || state is { Kind: CrashKind.Prefix, Index: 0 })
                {
                    Look(state, writes);
                }
            }

            var wanted = weight == 0 ? 0 : (int)((long)Math.Max(0, most - systematic) * Weight(writes) / weight);
            var enough = seen.Count + wanted;
            for (var (i, alike) = (0, 0); seen.Count < enough && alike < MostAlike; i++)
            {
                var before = seen.Count;
                Look(new(segment.Name, epoch, i % 2 == 0 ? CrashKind.Sectors : CrashKind.Random, i), writes);
                alike = seen.Count == before ? alike + 1 : 0;
            }

            flushed();
        }

        return new(segment.Name, epochs, segment.Writes.Count(write => write.Count > 0), states, seen.Count, violations, Stopwatch.GetElapsedTime(clock));

        void Look(CrashState state, IReadOnlyList<LoggedWrite> writes)
        {
            states++;
            disk.Begin();
            state.Apply(disk, writes);
            if (seen.Add(disk.Stamp))
            {
                var view = inspector.Inspect(disk, disk, cancellation);
                violations.AddRange(rules.Judge(view).Select(found => new CrashViolation(found.Rule, state, found.Detail)));
                OnState?.Invoke(state, view);
            }

            disk.TakeBack();
        }
    }

    // The more sectors are written between two flushes, the more states there are.
    private static int Weight(IReadOnlyList<LoggedWrite> writes) => writes.Sum(write => write.Count) is var sectors && sectors < 2 ? 0 : Math.Min(MostWeight, sectors);

    private (int Systematic, long Weight, int Epochs) Count(LogSegment segment)
    {
        var (systematic, weight, epochs) = (0, 0L, 0);
        List<LoggedWrite> open = [.. pending];
        foreach (var entry in segment.Writes)
        {
            if (entry.IsFlush)
            {
                systematic += CrashState.Systematic(segment.Name, epochs, open).Count();
                weight += Weight(open);
                epochs++;
                open.Clear();
            }

            if (entry.Count > 0 && matters(entry))
            {
                open.Add(entry);
            }
        }

        return (systematic, weight, epochs);
    }

    private IEnumerable<(int Epoch, IReadOnlyList<LoggedWrite> Pending, Action Flushed)> Epochs(LogSegment segment)
    {
        var epoch = 0;
        foreach (var entry in segment.Writes)
        {
            if (entry.IsFlush && pending.Count > 0)
            {
                yield return (epoch, pending, Flushed);
            }

            epoch += entry.IsFlush ? 1 : 0;
            if (entry.Count > 0 && matters(entry))
            {
                pending.Add(entry);
            }
        }

        void Flushed()
        {
            pending.ForEach(disk.Apply);
            pending.Clear();
        }
    }
}
