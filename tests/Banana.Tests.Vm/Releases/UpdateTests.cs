// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Formats.Tar;
using System.Globalization;
using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Try.Story;
using Banana.Cli.Try.Update;
using Banana.Cli.Workbenches;
using Banana.Device.Reports;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>A device in a virtual machine that updates itself over HTTP: real firmware, boot loader, kernel, FAT and daemon.</summary>
public sealed class UpdateTests : IAsyncLifetime
{
    private const long MostMemory = 128 << 20;
    private static readonly TimeSpan CommandTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan UpdateTime = TimeSpan.FromMinutes(30);
    private readonly string folder = Directory.CreateTempSubdirectory("banana-update-").FullName;
    private ReleaseDirectory release = null!;
    private ReleaseVersion next;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        var maker = new Maker(environment, SilentProgress.Instance);
        release = ReleaseDirectory.Open((await maker.BuildAsync("core", version: null, Path.Combine(folder, "releases"), clean: false, Token)).Folder);

        // Newer packages, a kernel among them: such an update needs the memory and the time that real ones need.
        var trial = new UpdateTrial(environment, SilentProgress.Instance) { PatchLevel = 3 };
        var newer = await trial.BuildAsync(release, 1, words: null, folder, Token);
        next = newer.Manifest.Version;
        await trial.PublishAsync(release, folder, Token);
        await trial.PublishAsync(newer, folder, Token);
    }

    public ValueTask DisposeAsync()
    {
        ArtifactCache.DeleteTree(folder);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Without_a_byte_of_room_and_with_power_cuts_it_comes_to_the_new_release_and_back()
    {
        var options = new MachineOptions
        {
            SerialLog = Path.Combine(folder, "serial.log"), Disk = release.Require(PartRole.Disk), PersistentDisk = Path.Combine(folder, "device.qcow2"), DiskSize = 4L << 30, Accelerator = Accelerator.Detect(),
            ExtraArguments = await ToolsAsync(),
        };
        await using var story = new DeviceStory(options, folder, new ProcessRunner(), SilentProgress.Instance);
        await story.BeginAsync(release.Manifest, Token);

        // Root is full: nothing that an update needs lies there.
        await story.Shell.RunAsync("head -c 10G /dev/zero >/var/full; sync; df / | tail -n 1", CommandTime, Token);
        var full = await story.Shell.RequireAsync("touch /var/one-more 2>/dev/null; dd if=/dev/zero of=/var/more bs=1M count=1 2>/dev/null && echo room || echo full", CommandTime, Token);
        Assert.Equal("full", full.Lines[^1]);

        // The power goes while the update is written.
        await story.Shell.RunAsync("(bananactl update >/run/update.log 2>&1 &) ; for i in $(seq 600); do busctl get-property org.kde.banana1 /org/kde/banana1 org.kde.banana1.Updates Job 2>/dev/null | grep -q job && break; sleep 0.2; done; sleep 4", CommandTime, Token);
        await story.CutPowerAsync();
        var status = await story.ComeBackAsync(release.Manifest.Version, Token);
        Assert.True(status.Health.IsGood, string.Join("; ", status.Health.Checks));
        Assert.Equal(release.Manifest.Version, status.Version);

        await UpdateByStockClientAsync(story);
        var memory = await story.Shell.RequireAsync("awk '/^VmHWM:/ { print $2 }' /proc/$(systemctl show bananad.service --property=MainPID --value)/status", CommandTime, Token);
        Assert.InRange(long.Parse(memory.Text, CultureInfo.InvariantCulture) << 10, 1, MostMemory);
        status = await story.StatusAsync(Token);
        Assert.Equal((next, next), (status.Staged, status.Next));

        // Right behind the one visible step.
        await story.CutPowerAsync();
        status = await story.ComeBackAsync(next, Token);
        Assert.True(status.Health.IsGood, string.Join("; ", status.Health.Checks));
        Assert.Equal((next, SlotState.Good), (status.Version, status.Slots.Single(slot => slot.Version == release.Manifest.Version).State));
        Assert.Equal($"banana_{next}+3.efi", status.Slots.Single(slot => slot.State == SlotState.Running).Entry);

        var back = await story.Shell.RequireAsync("bananactl rollback --reason 'the printer does not work'", CommandTime, Token);
        Assert.Equal($"{release.Manifest.Version} is used after the next restart", back.Text);
        status = await story.RestartAsync(release.Manifest.Version, failures: 0, Token);
        Assert.Equal((release.Manifest.Version, SlotState.Refused), (status.Version, status.Slots.Single(slot => slot.Version == next).State));
        Assert.Contains("is up to date", (await story.Shell.RequireAsync("bananactl update --check", CommandTime, Token)).Text, StringComparison.Ordinal);

        var units = await story.Shell.RunAsync("systemctl list-units --state=failed --no-legend --plain", CommandTime, Token);
        Assert.Equal(string.Empty, units.Text);
        var report = await story.EndAsync(Token);
        Assert.True(report.IsGood, string.Join("; ", report.Events.Where(happened => !happened.IsGood).Select(happened => happened.What)));
        Assert.Contains(report.History, line => line.Contains("went back from", StringComparison.Ordinal) && line.Contains("the printer does not work", StringComparison.Ordinal));
    }

    // The release has no updatectl; it comes as an archive on a second disk.
    private async Task<IReadOnlyList<string>> ToolsAsync()
    {
        var stock = await StockUpdatectl.GetAsync();
        var archive = Path.Combine(folder, "tools.tar");
        await using (var tar = new TarWriter(File.Create(archive)))
        {
            foreach (var file in new[] { stock.Program, stock.Library })
            {
                await tar.WriteEntryAsync(file, Path.GetFileName(file), Token);
            }
        }

        return ["-drive", $"id=tools,if=none,format=raw,readonly=on,file={archive}", "-device", "virtio-blk-pci,drive=tools,serial=tools"];
    }

    // systemd's client on the real bus: it is what starts the service, by the name that it knows.
    private async Task UpdateByStockClientAsync(DeviceStory story)
    {
        await story.Shell.RequireAsync("mkdir -p /run/tools && tar -x -C /run/tools -f /dev/disk/by-id/virtio-tools && systemctl stop bananad.service", CommandTime, Token);
        var check = await UpdatectlAsync("check");
        Assert.Contains($"{release.Manifest.Version} → {next}", check, StringComparison.Ordinal);
        Assert.Contains("candidate", (await UpdatectlAsync("list host")).Split('\n').Single(line => line.Contains(next.ToString(), StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains($"host@{next}: ✓ Done", await UpdatectlAsync("update"), StringComparison.Ordinal);
        Assert.Contains("current+pending", await UpdatectlAsync("list host"), StringComparison.Ordinal);

        async Task<string> UpdatectlAsync(string arguments) =>
            (await story.Shell.RequireAsync($"LC_ALL=C.UTF-8 TERM=dumb LD_LIBRARY_PATH=/run/tools /run/tools/updatectl --no-pager {arguments} 2>&1", UpdateTime, Token)).Text;
    }
}
