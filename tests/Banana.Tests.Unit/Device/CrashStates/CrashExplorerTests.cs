// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Inspection;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;
using Banana.Tests.Shared.CrashStates;
using Banana.Tests.Unit.Device.Inspection;

namespace Banana.Tests.Unit.Device.CrashStates;

/// <summary>States are what a power cut can leave, and an order of writes that is wrong is found.</summary>
public sealed class CrashExplorerTests
{
    private const int Sector = WriteLog.SectorSize;
    private const int TableSize = 34 * Sector; // the second copy has one sector less, and before it lies nothing
    private readonly InspectedDisk world = new();

    [Fact]
    public void A_state_has_what_was_flushed_and_of_the_rest_what_its_name_says()
    {
        var before = new byte[200 * Sector];
        var log = new LogBytes().Mark("go").Write(100 * Sector, Filled(1, 4)).Flush().Write(101 * Sector, Filled(2, 2)).Write(110 * Sector, Filled(3, 8)).Write(100 * Sector, Filled(4, 1)).Flush().Done();
        var segment = WriteLog.Read(log).Segments[1];
        Assert.Equal(("go", 4), (segment.Name, segment.Writes.Count(write => write.Count > 0)));
        foreach (var (state, expected) in new (CrashState, int[])[]
        {
            (new("go", 1, CrashKind.Prefix, 0), [0, 0, 0, 0, 0, 0]),
            (new("go", 1, CrashKind.Prefix, 1), [1, 1, 1, 1, 0, 0]),
            (new("go", 1, CrashKind.Torn, 0, 3), [1, 1, 1, 0, 0, 0]),
            (new("go", 2, CrashKind.Prefix, 0), [1, 1, 1, 1, 0, 0]),
            (new("go", 2, CrashKind.Prefix, 3), [4, 2, 2, 1, 3, 3]),
            (new("go", 2, CrashKind.Lost, 1), [4, 2, 2, 1, 0, 0]),
            (new("go", 2, CrashKind.Alone, 2), [4, 1, 1, 1, 0, 0]),
            (new("go", 2, CrashKind.Torn, 1, 1), [1, 2, 2, 1, 3, 0]),
            (new("go", 2, CrashKind.TornAlone, 1, 1), [1, 1, 1, 1, 3, 0]),
        })
        {
            using var disk = new StateDisk(ByteSource.FromMemory(before, "disk"), log);
            Assert.True(new CrashExplorer(disk, new(), _ => true).Rebuild(segment, state));
            Assert.Equal(expected, new[] { 100, 101, 102, 103, 110, 117 }.Select(sector => First(disk, sector)));
        }
    }

    [Fact]
    public void A_state_is_taken_back_and_its_stamp_stands_for_its_content()
    {
        var original = ByteSource.FromMemory(new byte[200 * Sector], "disk");
        var log = new LogBytes();
        for (var i = 0; i < 8; i++)
        {
            log.Write((100 + (i * 3)) * Sector, Filled(i + 1, 5));
        }

        var bytes = log.Done();
        var segment = WriteLog.Read(bytes).Segments[0];
        using var disk = new StateDisk(original, bytes);
        disk.Apply(segment.Writes[0]);
        var (stamp, applied) = (disk.Stamp, Content(disk));
        Dictionary<UInt128, byte[]> seen = [];
        for (var seed = 0; seed < 300; seed++)
        {
            disk.Begin();
            new CrashState("s", 0, seed % 2 == 0 ? CrashKind.Random : CrashKind.Sectors, seed).Apply(disk, [.. segment.Writes.Skip(1)]);
            var state = Content(disk);
            Assert.True(!seen.TryGetValue(disk.Stamp, out var same) || same.AsSpan().SequenceEqual(state), $"seed {seed}: another content has the stamp");
            seen[disk.Stamp] = state;
            disk.TakeBack();
            Assert.Equal(stamp, disk.Stamp);
            Assert.True(Content(disk).AsSpan().SequenceEqual(applied), $"seed {seed} left something");
        }

        Assert.True(seen.Count > 150, $"only {seen.Count} different states");
        Assert.Equal(seen.Count, seen.Values.Select(content => Sha256Digest.Of(content)).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(Order.Sound, null)]
    [InlineData(Order.EntryBeforeSlotIsFlushed, CrashRule.EntryWithoutRelease)]
    [InlineData(Order.RenameBeforeContentIsFlushed, CrashRule.EntryWithoutRelease)]
    [InlineData(Order.EntryFirst, CrashRule.Stumbles)]
    [InlineData(Order.BothTablesAtOnce, CrashRule.Dead)]
    public void An_update_in_a_wrong_order_is_found(object order, object? rule)
    {
        var (old, uki) = ((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old)), world.Uki(InspectedDisk.New));
        var before = world.Make(InspectedDisk.Esp(old), second: null);
        var filled = world.Make(InspectedDisk.Esp(old));
        var partial = world.Make(InspectedDisk.Esp(old, (InspectedDisk.NewEntry + ".partial", uki)));
        var published = world.Make(InspectedDisk.Esp(old, (InspectedDisk.NewEntry, uki)));
        byte[] entryOnly = [.. before];
        published.AsSpan(0, (int)InspectedDisk.Partition(before, 1).Offset)[(34 * Sector)..].CopyTo(entryOnly.AsSpan(34 * Sector));

        // The new content under the old names, then with the second copy of the table written.
        byte[] content = [.. filled];
        before.AsSpan(0, TableSize).CopyTo(content);
        before.AsSpan(before.Length - TableSize).CopyTo(content.AsSpan(before.Length - TableSize));
        byte[] named = [.. content];
        filled.AsSpan(filled.Length - TableSize).CopyTo(named.AsSpan(filled.Length - TableSize));
        var log = new LogBytes();
        _ = (Order)order switch
        {
            Order.Sound => log.Difference(before, content).Flush().Difference(content, named).Flush().Difference(named, filled).Flush().Difference(filled, partial).Flush().Difference(partial, published).Flush(),
            Order.EntryBeforeSlotIsFlushed => log.Difference(before, filled).Difference(filled, published).Flush(),
            Order.BothTablesAtOnce => log.Difference(before, content).Flush().Difference(content, filled).Flush(),
            Order.RenameBeforeContentIsFlushed => log.Difference(before, filled).Flush().Difference(filled, partial).Difference(partial, published).Flush(),
            _ => log.Difference(before, entryOnly).Flush().Difference(entryOnly, published).Flush(),
        };
        using var writes = log.Done();
        using var disk = new StateDisk(ByteSource.FromMemory(before, "disk"), writes);
        var inspector = new DiskInspector { Known = new[] { InspectedDisk.Old, InspectedDisk.New }.ToDictionary(world.RootHash, version => Sha256Digest.Of(world.Uki(version)), StringComparer.Ordinal) };
        var rules = new CrashRules(world.RootHash(InspectedDisk.Old), Sha256Digest.Of(InspectedDisk.Loader));
        var report = new CrashExplorer(disk, inspector, _ => true).Explore(WriteLog.Read(writes).Segments[0], rules, 300, TestContext.Current.CancellationToken);
        Assert.True(report.Different > 30, report.ToString());
        if (rule is null)
        {
            Assert.True(report.Violations.Count == 0, report.ToString());
        }
        else
        {
            Assert.Contains(report.Violations, violation => violation.Rule == (CrashRule)rule);
        }

        // What looks at a state without its stamps finds the same.
        foreach (var violation in report.Violations.Take(5))
        {
            using var again = new StateDisk(ByteSource.FromMemory(before, "disk"), writes);
            Assert.True(new CrashExplorer(again, inspector, _ => true).Rebuild(WriteLog.Read(writes).Segments[0], violation.State));
            Assert.Contains(violation.Rule, rules.Judge(inspector.Inspect(ByteSource.FromMemory(Content(again), "disk"), cancellation: TestContext.Current.CancellationToken)).Select(found => found.Rule));
        }
    }

    internal enum Order
    {
        Sound,
        EntryBeforeSlotIsFlushed,
        RenameBeforeContentIsFlushed,
        EntryFirst,
        BothTablesAtOnce,
    }

    private static byte[] Filled(int value, int sectors) => [.. Enumerable.Repeat((byte)value, sectors * Sector)];

    private static int First(StateDisk disk, int sector)
    {
        Span<byte> content = stackalloc byte[Sector];
        disk.Read(sector * Sector, content);
        return content[0];
    }

    private static byte[] Content(StateDisk disk)
    {
        var content = new byte[disk.Length];
        disk.Read(0, content);
        return content;
    }
}
