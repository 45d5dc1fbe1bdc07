// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Transaction;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Tests.Unit.Device;

/// <summary>An update that nothing disturbs, and what is refused before the first write.</summary>
public sealed class UpdateTransactionTests : IAsyncLifetime
{
    private DeviceWorld world = null!;

    public async ValueTask InitializeAsync() => world = await DeviceWorld.MakeAsync();

    public ValueTask DisposeAsync()
    {
        world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_new_release_is_beside_the_one_that_runs_and_comes_first(bool isSlotFree)
    {
        var (disk, boot) = Make(isSlotFree ? null : DeviceWorld.Older);
        var installed = await world.InstallAsync(disk, boot);
        Assert.Equal((2, "banana_20261103.1+3.efi"), (installed.Slot.Number, installed.Entry.ToString()));
        Assert.Equal([DeviceWorld.New, DeviceWorld.Running], world.RequireBootable(disk.Content, boot.Content));
        Assert.Equal(["EFI/Linux/banana_20261102.1.efi", "EFI/Linux/banana_20261103.1+3.efi"], boot.Content.Keys.Order());
        Assert.InRange(installed.Fetched!.Cost.Bytes, 1, world.Part(DeviceWorld.New, PartRole.Usr).Length);
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched_again()
    {
        var (disk, boot) = Make(null);
        await world.InstallAsync(disk, boot);
        var faults = new Faults(null, FaultKind.Fails);
        var again = await world.InstallAsync(new MemoryDisk(disk.Content, faults), new MemoryBootFiles(boot.Content, faults));
        Assert.Null(again.Fetched);
        Assert.Equal(0, faults.Calls);
    }

    [Fact]
    public async Task What_fsck_kept_of_an_interrupted_update_goes_and_other_files_stay()
    {
        var files = world.Entries(null);
        files["FSCK0000.REC"] = new byte[60_000];
        files["FSCKNOTE.REC"] = [1];
        files[$"EFI/Linux/banana_{DeviceWorld.New}+3.efi"] = [];
        var boot = new MemoryBootFiles(files, None);
        await world.InstallAsync(new MemoryDisk(world.Disk(null), None), boot);
        Assert.Equal(["EFI/Linux/banana_20261102.1.efi", "EFI/Linux/banana_20261103.1+3.efi", "FSCKNOTE.REC"], boot.Content.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_damaged_slot_of_the_same_release_is_written_anew()
    {
        var (disk, boot) = Make(null);
        var installed = await world.InstallAsync(disk, boot);
        var content = disk.Content;
        content[installed.Slot.Usr.Offset + 5000] ^= 1;
        var (mended, entries) = (new MemoryDisk(content, None), new MemoryBootFiles(boot.Content, None));
        Assert.NotNull((await world.InstallAsync(mended, entries)).Fetched);
        Assert.Equal([DeviceWorld.New, DeviceWorld.Running], world.RequireBootable(mended.Content, entries.Content));
    }

    [Fact]
    public async Task The_only_release_that_is_known_to_be_good_is_not_given_up()
    {
        var (disk, boot) = Make(DeviceWorld.Older);
        var machine = world.Machine(disk, boot) with { IsBlessed = rootHash => rootHash == world.Manifest(DeviceWorld.Older).RootHash };
        var error = await Assert.ThrowsAsync<BananaException>(() => new UpdateTransaction(machine, world.Store, new(), SilentProgress.Instance).InstallAsync(world.Plan, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Busy, error.Code);
        Assert.Contains("the only release that was found good", error.Message, StringComparison.Ordinal);
        Assert.Equal([DeviceWorld.Running, DeviceWorld.Older], world.RequireBootable(disk.Content, boot.Content));
    }

    [Fact]
    public async Task A_slot_that_is_too_small_is_refused_before_anything_is_written()
    {
        var faults = new Faults(1, FaultKind.PowerCut);
        var disk = new MemoryDisk(world.Disk(null, slotSize: 24 * 4096 - 4096), None);
        var error = await Assert.ThrowsAsync<BananaException>(() => world.InstallAsync(new MemoryDisk(disk.Content, faults), new MemoryBootFiles(world.Entries(null), faults)));
        Assert.Equal((ExitCode.NoSpace, 0), (error.Code, faults.Calls));
    }

    [Fact]
    public async Task A_full_boot_partition_is_refused_before_anything_is_written()
    {
        var faults = new Faults(1, FaultKind.PowerCut);
        var error = await Assert.ThrowsAsync<BananaException>(() => world.InstallAsync(new MemoryDisk(world.Disk(null), faults), new MemoryBootFiles(world.Entries(null), faults, room: 300_000)));
        Assert.Equal((ExitCode.NoSpace, 0), (error.Code, faults.Calls));
        Assert.Contains("40000 bytes", error.Message, StringComparison.Ordinal);
    }

    private static Faults None => new(null, FaultKind.Fails);

    private (MemoryDisk Disk, MemoryBootFiles Boot) Make(ReleaseVersion? second) => (new(world.Disk(second), None), new(world.Entries(second), None));
}
