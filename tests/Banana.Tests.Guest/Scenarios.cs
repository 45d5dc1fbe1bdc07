// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Device;
using Banana.Device.Boots;
using Banana.Device.Disks;
using Banana.Device.History;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Device.Transaction;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Progress;
using Banana.Releases.Stores.Folder;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Guest;

/// <summary>
/// What a device does to its disk, one thing after the other, with a mark on the disk where each begins. The host logs every write. The media has
/// a folder <c>repository</c>, and <c>VERSION.manifest.json</c> and <c>VERSION.delivery.json</c> of each release: three that are newer than what
/// runs and one that is older.
/// </summary>
/// <param name="media">The folder of the media.</param>
/// <param name="device">The disk.</param>
internal sealed class Scenarios(string media, string device)
{
    private const string Id = "banana";

    // Between the partition table, which ends in sector 33, and the first partition, in sector 2048: nothing else is there.
    private const int MarkOffset = 40 * 512;
    private const int MarkSize = 4096;
    private readonly BlockDisk disk = BlockDisk.OpenDevice(device);
    private readonly MountedBootFiles boot = MountedBootFiles.Find();

    public async Task RunAsync()
    {
        var releases = Directory.GetFiles(media, "*.manifest.json").Select(ReleaseManifest.Read).OrderBy(manifest => manifest.Version).ToList();
        var running = RunningRootHash();
        var (older, newer) = (releases[0], releases[1..]);
        var plain = new Machine { Disk = disk, Boot = boot, State = DeviceState.Of(disk, DiskLayout.Read(disk, Id)), Id = Id, RunningRootHash = running, IsBlessed = rootHash => rootHash == running };
        var history = new DeviceHistory(plain.State);
        var choice = new BootChoice(plain, history, TimeProvider.System);

        Do("re-arm", () => choice.Bless([]));
        await InstallAsync("update", plain, newer[0]);
        await InstallAsync("replace", plain, newer[1]);
        await BreakOffAsync("break-off", plain, newer[2]);
        await InstallAsync("finish", plain, newer[2]);
        await InstallAsync("downgrade", plain, older);
        Do("roll-back", () => choice.RollBack("a test"));
        Do("re-arm-spent", () => choice.Bless([]));

        Do("boot-loader", () =>
        {
            // One copy at a time.
            var update = new BootLoaderUpdate(boot, Path.Combine(media, "loader.efi"));
            for (var copy = 0; copy < 2; copy++)
            {
                _ = update.Run() ?? throw new InvalidOperationException("the boot loader is not newer than the one that is there");
            }
        });
        Do("across-sectors", () => RenameAcrossSectors(plain));

        // From here on the order is wrong, so that who looks at the states can show that they see it. Each begins with a release in the slot.
        var nothing = new HeldFlushes();
        await InstallAsync("mutant-nothing-is-flushed", On(new HeldDisk(disk, nothing), plain) with { Boot = new HeldBootFiles(boot, nothing) }, newer[0]);
        await InstallAsync("mutant-label-before-entry", plain with { Boot = new LateDeletion(boot) }, newer[1]);
        await InstallAsync("mutant-no-sync-before-rename", plain with { Boot = new HeldBootFiles(boot, new()) }, newer[2]);
        await InstallAsync("mutant-slot-is-not-flushed", On(new HeldDisk(disk, new()), plain), newer[0]);
        Mark("end");
    }

    // The folder's first sector is filled, so that an entry's old and new name lie in different ones: the disk may write one without the other.
    private void RenameAcrossSectors(Machine machine)
    {
        List<string> fillers = [.. Enumerable.Range(0, 8).Select(number => $"{BootEntryName.Folder}/a filler with a long name {number}.txt")];
        fillers.ForEach(path => boot.Open(path).Dispose());
        boot.Sync();
        var running = machine.Entries().First(entry => entry.Left is not null && machine.RunningRootHash is not null && entry.Version.Day is > 20200101 and < 20980101);
        machine.RenameEntry(running, running with { Left = 2, Done = 1 });
        machine.RenameEntry(running with { Left = 2, Done = 1 }, running);
        fillers.ForEach(boot.Delete);
        boot.Sync();
    }

    // The notes of an update go the same way: each of them flushes the disk.
    private static Machine On(BlockDisk other, Machine machine) => machine with { Disk = other, State = DeviceState.Of(other, DiskLayout.Read(other, Id)) };

    private static string RunningRootHash() =>
        File.ReadAllText("/proc/cmdline").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith("usrhash=", StringComparison.Ordinal))["usrhash=".Length..];

    private void Do(string name, Action action)
    {
        Mark(name);
        action();
        Console.WriteLine($"BANANA-CRASH {name}");
    }

    private async Task InstallAsync(string name, Machine machine, ReleaseManifest manifest)
    {
        Mark(name);
        await InstallAsync(machine, manifest);
        Console.WriteLine($"BANANA-CRASH {name}");
    }

    // An update that fails halfway, and whose rest the next one finds.
    private async Task BreakOffAsync(string name, Machine machine, ReleaseManifest manifest)
    {
        Mark(name);
        try
        {
            await InstallAsync(machine with { Boot = new BrokenOff(boot) }, manifest);
            throw new InvalidOperationException("the update went through, and should not have");
        }
        catch (Foundation.Errors.BananaException error)
        {
            Console.WriteLine($"BANANA-CRASH {name}: {error.Message}");
        }
    }

    private async Task InstallAsync(Machine machine, ReleaseManifest manifest)
    {
        using var store = new FolderStore(Path.Combine(media, "repository"));
        var delivery = ReleaseDelivery.Parse(await File.ReadAllBytesAsync(Path.Combine(media, $"{manifest.Version}.delivery.json")), "delivery.json");
        var plan = await new UpdatePlanner(store).PlanAsync(manifest, delivery, installed: null, roles: null, CancellationToken.None);
        var options = new FetchOptions { CheckpointFetched = 512 << 10, CheckpointWritten = 1 << 20 };
        await new UpdateTransaction(machine, store, options, SilentProgress.Instance).InstallAsync(plan, CancellationToken.None);
    }

    // All that was done before is durable, and then the mark is.
    private void Mark(string name)
    {
        boot.Sync();
        disk.Flush();
        var mark = new byte[MarkSize];
        Encoding.ASCII.GetBytes($"BANANA-CRASH {name}\n").CopyTo(mark, 0);
        disk.Write(MarkOffset, mark);
        disk.Flush();
    }
}
