// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Device.Inspection;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Shared.CrashStates;

namespace Banana.Tests.Vm.CrashStates;

/// <summary>
/// The power goes while a device updates: every state that the disk can be in comes up. A device in a virtual machine is recorded once, write by
/// write; the states are rebuilt from the log. <c>banana test crash-states</c> sets how many; without it, it is a slice.
/// </summary>
public sealed class CrashStateTests
{
    private const int Slice = 2500;
    private const int Least = 60;
    private const int OfMutant = 300;
    private const int UpdatesAfter = 25;
    private const int MostShown = 3;
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("BANANA_TEST_CRASH_STATES"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    // A state by its name: it is written as an image, from the last recording.
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("BANANA_TEST_CRASH_STATE");

    // A rename whose old and new name lie in different sectors can lose both: FAT has no order between them (docs/device.md).
    private const string AcrossSectors = "across-sectors";

    // What each segment of the guest's program has to show. Its mutants do things in a wrong order, so that some of their states are bad.
    private static readonly string[] Sound = ["re-arm", "update", "replace", "break-off", "finish", "downgrade", "roll-back", "re-arm-spent", "boot-loader", AcrossSectors];
    private static readonly Dictionary<string, CrashRule> Mutants = new(StringComparer.Ordinal)
    {
        ["mutant-nothing-is-flushed"] = CrashRule.EntryWithoutRelease,
        ["mutant-label-before-entry"] = CrashRule.EntryWithoutRelease,
        ["mutant-no-sync-before-rename"] = CrashRule.EntryWithoutRelease,
        ["mutant-slot-is-not-flushed"] = CrashRule.EntryWithoutRelease,
    };

    private static readonly Dictionary<string, ReleaseVersion> Installed = new(StringComparer.Ordinal)
    {
        ["update"] = CrashReleases.Versions[1], ["replace"] = CrashReleases.Versions[2], ["break-off"] = CrashReleases.Versions[3], ["finish"] = CrashReleases.Versions[3], ["downgrade"] = CrashReleases.Versions[0],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_state_of_the_disk_comes_up_and_every_mutant_is_found()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var folder = Path.Combine(environment.Local.Cache, "crash-states");
        var recording = new CrashRecording(environment, folder, Token);
        if (!recording.IsMade || (Wanted is null && Environment.GetEnvironmentVariable("BANANA_TEST_CRASH_LOG") is null))
        {
            await recording.MakeAsync();
        }

        using var original = ByteSource.OpenFile(recording.Original);
        using var writes = ByteSource.OpenFile(recording.Log);
        var log = WriteLog.Read(writes);
        var table = GptTable.Read(original);
        using var disk = new StateDisk(original, writes);
        var inspector = new DiskInspector { Known = Known(recording) };
        var first = inspector.Inspect(disk, disk, Token);
        Assert.True(first.Boot(out _) is not null, $"the disk did not come up before anything was written: {first.Problem ?? string.Join(", ", first.Entries)}");
        var rules = new CrashRules(recording.Running.RootHash, first.Loader!, await Sha256Digest.OfFileAsync(recording.Releases.Loader, Token));
        var workbench = (await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, Token)).Enter(new Bind(folder));
        var aftermath = new Aftermath(recording, inspector, workbench, folder);
        List<CrashState> tried = [];
        List<string> stuck = [];
        var (every, seen) = (0, 0);
        var explorer = new CrashExplorer(disk, inspector, Matters(table, original.Length))
        {
            OnState = (state, view) =>
            {
                if (every > 0 && !rules.Judge(view).Any() && seen++ % every == 0)
                {
                    tried.Add(state);
                    if (aftermath.ProblemAsync(disk, rules, Installed.GetValueOrDefault(state.Segment, CrashReleases.Versions[1]), Token).GetAwaiter().GetResult() is { } problem)
                    {
                        stuck.Add($"{state}: {problem}");
                    }
                }
            },
        };

        // What firmware and boot loader write comes before the first mark; from the first write outside of their partition on, it is the first boot of the system.
        List<LogSegment> segments = [.. Boot(log.Segments[0], table), .. log.Segments.Skip(1)];
        if (Wanted is not null)
        {
            Rebuild(explorer, disk, segments, folder);
            return;
        }

        var all = segments.Where(segment => IsLookedAt(segment) && !Mutants.ContainsKey(segment.Name)).Sum(explorer.WeightOf);
        List<SegmentReport> reports = [];
        foreach (var segment in segments)
        {
            if (!IsLookedAt(segment))
            {
                explorer.Skip(segment);
                continue;
            }

            var most = Mutants.ContainsKey(segment.Name) ? OfMutant : (int)Math.Max(Least, (Asked ?? Slice) * explorer.WeightOf(segment) / all);
            (every, seen) = (Mutants.ContainsKey(segment.Name) ? 0 : Math.Max(1, most / UpdatesAfter), 0);
            reports.Add(explorer.Explore(segment, rules, most, Token));
        }

        var sound = reports.Where(report => !Mutants.ContainsKey(report.Name)).ToList();
        var text = $"{sound.Sum(report => report.Different)} different of {sound.Sum(report => report.States)} states in {sound.Sum(report => report.Time.TotalSeconds):0} s, {tried.Count} updates after\n{string.Join('\n', reports)}";
        TestContext.Current.SendDiagnosticMessage(text);
        await File.WriteAllTextAsync(Path.Combine(folder, "states.txt"), text + "\n" + string.Join('\n', stuck) + "\n", Token);
        Assert.Equal(["boot loader", .. Sound, .. Mutants.Keys], reports.Select(report => report.Name));
        Assert.True(sound.TrueForAll(report => report.Violations.All(violation => report.Name == AcrossSectors && violation.Rule == CrashRule.RunningIsLost)), $"{text}\nto look at a state: BANANA_TEST_CRASH_STATE=STATE ./banana test vm --filter CrashStateTests");
        Assert.All(Mutants, mutant => Assert.Contains(reports.Single(report => report.Name == mutant.Key).Violations, violation => violation.Rule == mutant.Value));
        Assert.True(stuck.Count == 0, $"{stuck.Count} of {tried.Count} updates did not finish:\n{string.Join('\n', stuck.Take(MostShown))}");
    }

    private static bool IsLookedAt(LogSegment segment) => segment.Name is not "first boot" and not "end";

    private static Dictionary<string, string> Known(CrashRecording recording) =>
        CrashReleases.Versions.Select(recording.Releases.Manifest).Append(recording.Running).ToDictionary(manifest => manifest.RootHash, manifest => manifest.Find(PartRole.Uki)!.Sha256, StringComparer.Ordinal);

    // The table, the boot partition, slots and state area; not the root file system, which the first boot makes behind them, and what is beyond.
    private static Func<LoggedWrite, bool> Matters(GptTable table, long length)
    {
        var end = table.Partitions.Max(partition => partition.LastSector);
        var last = (length / GptTable.SectorSize) - 33;
        return write => write.Sector <= end || write.Sector + write.Count > last;
    }

    private static IEnumerable<LogSegment> Boot(LogSegment segment, GptTable table)
    {
        var esp = table.Partitions.First(partition => partition.Type == GptPartitionType.Esp);
        var firmware = segment.Writes.TakeWhile(write => write.Count == 0 || (write.Sector >= esp.FirstSector && write.Sector <= esp.LastSector)).ToList();
        yield return new("boot loader", firmware);
        yield return new("first boot", [.. segment.Writes.Skip(firmware.Count)]);
    }

    private static void Rebuild(CrashExplorer explorer, StateDisk disk, List<LogSegment> segments, string folder)
    {
        var parts = Wanted!.Split(':');
        Assert.True(parts.Length == 5, $"'{Wanted}' is no state: SEGMENT:EPOCH:KIND:INDEX:SECTORS");
        var state = new CrashState(parts[0], Number(1), Enum.Parse<CrashKind>(parts[2]), Number(3), Number(4));
        foreach (var segment in segments.TakeWhile(segment => segment.Name != state.Segment))
        {
            explorer.Skip(segment);
        }

        Assert.True(explorer.Rebuild(segments.Single(segment => segment.Name == state.Segment), state), $"there is no state {state}");
        var image = Path.Combine(folder, "state.raw");
        File.Copy(Path.Combine(folder, "original.raw"), image, overwrite: true);
        using (var file = new FileStream(image, FileMode.Open, FileAccess.Write))
        {
            disk.WriteTo(file);
        }

        Assert.Skip($"{state} is in {image}");

        int Number(int part) => int.Parse(parts[part], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
