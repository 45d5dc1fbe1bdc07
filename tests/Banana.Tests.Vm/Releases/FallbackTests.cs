// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>A machine whose new release does not come up starts the one before by itself, when the tries of the new one are used up.</summary>
public sealed partial class FallbackTests : IAsyncLifetime
{
    private const int Tries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(60);
    private readonly string folder = Directory.CreateTempSubdirectory("banana-fallback-").FullName;
    private ReleaseDirectory release = null!;
    private BrokenMachine broken = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var built = await new Maker(environment, SilentProgress.Instance).BuildAsync("core", version: null, Path.Combine(folder, "out"), clean: false, Token);
        release = ReleaseDirectory.Open(built.Folder);
        broken = new BrokenMachine(release, await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, Token), folder);
    }

    public ValueTask DisposeAsync()
    {
        ArtifactCache.DeleteTree(folder);
        return ValueTask.CompletedTask;
    }

    // The kinds that end early, on one machine: what takes its time is the good boot at the end.
    [Fact]
    public Task Half_a_uki_and_then_a_usr_with_a_changed_byte_are_left_behind() => FallsBackAsync("half-uki", "changed-usr");

    // `banana test broken-kinds`: every kind there is, on as few machines as can be, because each good boot takes as long as three that fail early.
    [Theory]
    [InlineData("half-uki", "empty-uki", "panic", "no-usr", "changed-usr")]
    [InlineData("initrd-hangs", "system-hangs", "other-root-hash")]
    [InlineData("no-network", "daemon-crashes", "unit-fails")]
    public Task Every_kind_is_left_behind(params string[] kinds)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BANANA_TEST_BROKEN_KINDS") is { Length: > 0 }, "run 'banana test broken-kinds'");
        return FallsBackAsync(kinds);
    }

    private async Task FallsBackAsync(params string[] names)
    {
        var kinds = names.Select(BrokenKind.Of).ToList();
        await broken.MakeAsync(kinds, Token);
        var options = new MachineOptions
        {
            SerialLog = Path.Combine(folder, "serial.log"),
            Disk = broken.Disk,
            Accelerator = Accelerator.Detect(),
            Credentials = HealthProbe.Credentials(),
            OutlivesPanic = true,
            Patience = kinds.Min(kind => kind.Patience),
        };
        await using var machine = await VirtualMachine.StartAsync(options, new ProcessRunner(), SilentProgress.Instance, Token);
        var report = await GoodReportAsync(machine);
        var console = machine.Console.Lines.Select(line => line.Text).ToList();

        Assert.DoesNotContain("banana.kind=", report.CommandLine, StringComparison.Ordinal);
        Assert.Equal(release.Manifest.RootHash, report.Verity?.RootHash);
        Assert.Equal("running", report.State);
        Assert.Equal(1 + (Tries * kinds.Count(kind => kind.ReachesSystem)), console.Count(line => line.Contains("Welcome to Banana Core", StringComparison.Ordinal)));
        for (var place = 0; place < kinds.Count; place++)
        {
            var kind = kinds[place];
            var entry = BrokenMachine.EntryOf(place);
            Assert.Equal(kind.Starts ? Tries : 0, console.Count(line => line.Contains("] Command line: ", StringComparison.Ordinal) && line.Contains($" banana.kind={kind.Name}", StringComparison.Ordinal)));
            Assert.True(console.Count(kind.Marker.IsMatch) >= Tries, $"{kind.Name}: the console does not show {Tries} times that it failed as it should");

            // An empty file is no entry for the boot loader, so nothing is counted.
            Assert.Contains((kind.File == BrokenFile.Empty ? entry : entry with { Left = 0, Done = Tries }).ToString(), report.EntryFiles);
        }

        // Its own verdict may have come before the report or after it, and emulation itself may have cost it a try (docs/vm.md).
        var good = Assert.Single(report.EntryFiles.Select(file => BootEntryName.TryParse(file, out var name) ? name : null), name => name?.Version == release.Manifest.Version);
        Assert.InRange(good!.Left ?? 0, 1, Tries);
    }

    // Kinds that come up report as well, before their checks find them out.
    private static async Task<HealthReport> GoodReportAsync(VirtualMachine machine)
    {
        while (machine.Uptime < Patience)
        {
            var lines = machine.Report.Lines.Select(line => line.Text).ToList();
            var begin = lines.FindLastIndex(line => line == HealthProbe.Begin);
            if (begin >= 0 && lines.FindIndex(begin, End().IsMatch) > begin && GuestHealth.Read(lines[begin..]) is var report && !report.CommandLine.Contains(" banana.kind=", StringComparison.Ordinal))
            {
                return report;
            }

            if (machine.Ended.IsCompleted)
            {
                await machine.Ended;
                throw new BananaException(ExitCode.Unhealthy, "the machine ended before the good release reported");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), Token);
        }

        throw new BananaException(ExitCode.Unhealthy, $"the good release did not report within {Patience.TotalMinutes:0} minutes");
    }

    [GeneratedRegex("^BANANA-HEALTH-END [0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex End();
}
