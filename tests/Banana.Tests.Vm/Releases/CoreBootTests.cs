// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>The core edition, built from its lockfile and booted by real firmware, boot loader and kernel.</summary>
public sealed partial class CoreBootTests : IAsyncLifetime
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

        // Nothing arms the counter again yet: each boot takes a try off.
        Assert.Equal([$"banana_{release.Manifest.Version}+2-1.efi"], first.Health.EntryFiles);

        // The second boot finds root.
        var second = await WatchedBoot.RunAsync(Machine("second.log") with { PersistentDisk = disk }, expected, Patience, tools, SilentProgress.Instance, Token);
        Assert.True(second.Verdict.IsHealthy, $"second boot: {string.Join("; ", second.Verdict.Reasons)}\n{Tail(second)}");
        Assert.Equal($"banana_{release.Manifest.Version}.efi", second.Health!.Entry);
        Assert.Equal([$"banana_{release.Manifest.Version}+1-2.efi"], second.Health.EntryFiles);
        Assert.DoesNotContain(second.Serial, line => line.Text.Contains("Detected first boot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_changed_byte_of_usr_is_found_and_the_system_does_not_come_up()
    {
        var disk = Path.Combine(folder, "changed.raw");
        await tools.RunAsync(Command.Of("cp", "--sparse=always", release.Require(PartRole.Disk), disk), Token);
        long offset;
        using (var source = ByteSource.OpenFile(disk))
        {
            // The superblock of erofs: the first thing that is read of /usr.
            offset = GptTable.Read(source).Partitions.First(partition => partition.Type == GptPartitionType.UsrX8664).Offset + 1024 + 8;
        }

        using (var file = File.OpenHandle(disk, FileMode.Open, FileAccess.ReadWrite))
        {
            var one = new byte[1];
            RandomAccess.Read(file, one, offset);
            one[0] ^= 1;
            RandomAccess.Write(file, one, offset);
        }

        await using var machine = await VirtualMachine.StartAsync(Machine("changed.log") with { Disk = disk, Credentials = HealthProbe.Credentials() }, tools, SilentProgress.Instance, Token);
        await machine.Console.WaitForAsync(Corrupted(), Patience, Token, "device-mapper's word that a block is corrupted");
        Assert.DoesNotContain(machine.Console.Lines, line => line.Text.Contains("Welcome to Banana Core", StringComparison.Ordinal));
    }

    private MachineOptions Machine(string log) => new() { SerialLog = Path.Combine(folder, log), Disk = release.Require(PartRole.Disk), Accelerator = Accelerator.Detect() };

    private static string Tail(BootRecord boot) => string.Join('\n', boot.Serial.TakeLast(40).Select(line => line.Text));

    [GeneratedRegex("verity: .* (data|metadata) block [0-9]+ is corrupted", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Corrupted();
}
