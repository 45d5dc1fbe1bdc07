// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>The core edition, built from its lockfile and booted by real firmware, boot loader and kernel.</summary>
public sealed class CoreBootTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly string folder = Directory.CreateTempSubdirectory("banana-core-").FullName;
    private readonly ProcessRunner tools = new();
    private ReleaseDirectory release = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var built = await new Maker(environment, SilentProgress.Instance).BuildAsync("core", version: null, Path.Combine(folder, "out"), clean: false, Token);
        release = ReleaseDirectory.Open(built.Folder);
    }

    public ValueTask DisposeAsync()
    {
        ArtifactCache.DeleteTree(folder);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_boots_healthy_each_boot_is_counted_and_the_next_finds_its_state()
    {
        var disk = Path.Combine(folder, "machine.qcow2");
        var expected = new HealthExpectation(release.Manifest.Version.ToString(), release.Manifest.RootHash);

        var first = await WatchedBoot.RunAsync(Machine("first.log") with { PersistentDisk = disk }, expected, Patience, tools, SilentProgress.Instance, Token);
        Assert.True(first.Verdict.IsHealthy, $"first boot: {string.Join("; ", first.Verdict.Reasons)}\n{Tail(first)}");
        Assert.Equal("overlay", first.Health!.Mounts["/etc"].FileSystem);
        Assert.Empty(first.Health.FailedUnits);

        AssertCounted(first.Health);

        // The second boot finds root.
        var second = await WatchedBoot.RunAsync(Machine("second.log") with { PersistentDisk = disk }, expected, Patience, tools, SilentProgress.Instance, Token);
        Assert.True(second.Verdict.IsHealthy, $"second boot: {string.Join("; ", second.Verdict.Reasons)}\n{Tail(second)}");
        Assert.Equal($"banana_{release.Manifest.Version}.efi", second.Health!.Entry);
        AssertCounted(second.Health);
        Assert.DoesNotContain(second.Serial, line => line.Text.Contains("Detected first boot", StringComparison.Ordinal));
    }

    // The machine's own verdict, which gives the entry all its tries again, may come before the report or after it.
    private void AssertCounted(HealthReport health)
    {
        Assert.True(BootEntryName.TryParse(Assert.Single(health.EntryFiles), out var entry));
        Assert.Equal(release.Manifest.Version, entry.Version);
        Assert.InRange(entry.Left ?? 0, 1, 3);
    }

    private MachineOptions Machine(string log) => new() { SerialLog = Path.Combine(folder, log), Disk = release.Require(PartRole.Disk), Accelerator = Accelerator.Detect() };

    private static string Tail(BootRecord boot) => string.Join('\n', boot.Serial.TakeLast(40).Select(line => line.Text));
}
