// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device;
using Banana.Device.Boots;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Device.Updating;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Tests.Unit.Device;

/// <summary>What a device does with what a channel offers.</summary>
public sealed class UpdaterTests : IAsyncLifetime
{
    private static readonly Faults None = new(null, FaultKind.Fails);
    private readonly TemporaryFolder folder = new();
    private DeviceWorld world = null!;
    private MemoryDisk disk = null!;
    private MemoryBootFiles boot = null!;
    private DateTimeOffset now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        world = await DeviceWorld.MakeAsync();
        (disk, boot) = (new(world.Disk(null), None), new(world.Entries(null), None));
        Directory.CreateDirectory(folder["usr/lib/banana"]);
        File.Copy(Path.Combine(world.Repository.Repository, "metadata", "1.root.json"), folder["usr/lib/banana/root.json"]);
        folder.With("usr/lib/banana/updates.json", $$"""{ "repository": "{{world.Repository.Repository}}", "channel": "testing" }""");
    }

    public ValueTask DisposeAsync()
    {
        world.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_newest_release_is_offered_installed_and_waits_for_a_restart()
    {
        var check = await Updater().CheckAsync(null, Cancellation);
        Assert.Equal(DeviceWorld.New, check.Offer!.Manifest.Version);
        Assert.False(check.Offer.IsInstalled);

        long told = 0;
        var outcome = await Updater().UpdateAsync(new() { OnFetched = bytes => Interlocked.Add(ref told, bytes) }, SilentProgress.Instance, Cancellation);
        Assert.Equal(DeviceWorld.New, outcome.Installed!.Entry.Version);
        Assert.Equal((outcome.Check.Offer!.Plan.Bytes, outcome.Fetched), (told, told));
        Assert.Equal(DeviceWorld.New, world.RequireBootable(disk.Content, boot.Content)[0]);

        // Asked again, there is nothing to do.
        outcome = await Updater().UpdateAsync(new(), SilentProgress.Instance, Cancellation);
        Assert.True(outcome is { Installed: null, Fetched: 0, Check.Offer.IsInstalled: true });
        var happened = Assert.Single(History().Read().Events);
        Assert.Equal((DeviceEventKind.Installed, DeviceWorld.New, told), (happened.Kind, happened.Version, happened.Bytes!.Value));
        var status = Status();
        Assert.Equal((DeviceWorld.New, DeviceWorld.New), (status.Staged, status.Next));
        Assert.Equal([SlotState.Running, SlotState.Staged], status.Slots.Select(slot => slot.State));
    }

    [Fact]
    public async Task Downloaded_only_it_does_not_boot_and_is_not_fetched_again()
    {
        var before = boot.Content.Keys.Where(file => file.EndsWith(".efi", StringComparison.Ordinal)).ToList();
        var outcome = await Updater().UpdateAsync(new() { DownloadOnly = true }, SilentProgress.Instance, Cancellation);
        Assert.Null(outcome.Installed);
        Assert.Equal(before, boot.Content.Keys.Where(file => file.EndsWith(".efi", StringComparison.Ordinal)));
        Assert.Equal(SlotState.Free, Status().Slots[1].State);

        outcome = await Updater().UpdateAsync(new(), SilentProgress.Instance, Cancellation);
        Assert.NotNull(outcome.Installed);
        Assert.Equal(0, outcome.Fetched);
        Assert.Equal(DeviceWorld.New, world.RequireBootable(disk.Content, boot.Content)[0]);
    }

    [Fact]
    public async Task A_release_that_failed_here_is_passed_over_until_a_newer_one_is_there()
    {
        History().Change(record => record with { Refused = [new(world.Manifest(DeviceWorld.New).RootHash, DeviceWorld.New, "it failed 3 boots")] });
        var check = await Updater().CheckAsync(null, Cancellation);
        Assert.Null(check.Offer);
        Assert.Equal(DeviceWorld.New, Assert.Single(check.PassedOver).Version);

        // Who asks for it by its name gets it.
        Assert.NotNull((await Updater().CheckAsync(DeviceWorld.New, Cancellation)).Offer);
    }

    [Fact]
    public async Task Versions_that_cannot_be_had_are_explained()
    {
        await RefusesAsync(DeviceWorld.Running, "20261102.1 is what runs");
        await RefusesAsync(DeviceWorld.Older, "20261101.1 is older than 20261102.1, which runs; 'bananactl rollback'");
        await RefusesAsync(new(20270101, 1), "has no core 20270101.1; its newest release is 20261103.1");
        await world.Repository.Channels().WithdrawAsync("core", DeviceWorld.New, "the desktop does not start", Cancellation);
        await RefusesAsync(DeviceWorld.New, "20261103.1 was withdrawn: the desktop does not start");
        await world.Repository.Channels().WithdrawAsync("core", DeviceWorld.Running, "it leaks", Cancellation);
        Assert.Equal((null, "it leaks"), await Updater().CheckAsync(null, Cancellation) is var check ? (check.Offer, check.Withdrawn) : default);
    }

    [Fact]
    public async Task A_repository_for_something_else_is_refused()
    {
        await RefusesAsync(null, "this repository is for 'banana', and this device runs 'kiwi'", system => system with { Id = "kiwi" });
        await RefusesAsync(null, "there is no channel 'testing-plasma'", system => system with { Edition = "plasma" });
        await RefusesAsync(null, "is for x86-64, and this device is arm64", system => system with { Architecture = "arm64" });
    }

    [Fact]
    public async Task A_clock_that_is_behind_does_not_make_old_metadata_fresh_and_one_that_is_ahead_stops_updates_only()
    {
        // The system was built a year from now, says its image: what expires before is expired, whatever the clock says.
        await RefusesAsync(null, "the repository's metadata is expired", system => system with { BuildTime = now.AddYears(1) });
        now = now.AddYears(2);
        await RefusesAsync(null, "check this machine's clock");
        Assert.Contains("expired", Status().LastCheck!.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_set_or_malformed_is_named()
    {
        folder.With("etc/banana/updates.json", """{ "chanel": "testing" }""");
        await RefusesAsync(null, "etc/banana/updates.json:1: ");
        folder.With("etc/banana/updates.json", "{}").With("usr/lib/banana/updates.json", "{}");
        await RefusesAsync(null, "/etc/banana/updates.json: no repository is set");
        folder.With("usr/lib/banana/updates.json", $$"""{ "repository": "{{world.Repository.Repository}}", "channel": "testing" }""").With("usr/lib/banana/root.json", "{}");
        await RefusesAsync(null, "the root of trust of this system is none");
        File.Delete(folder["usr/lib/banana/root.json"]);
        await RefusesAsync(null, "this system has no root of trust");
    }

    [Fact]
    public async Task A_root_of_another_repository_takes_the_place_of_all_that_was_trusted()
    {
        await Updater().CheckAsync(null, Cancellation);
        using var other = await DeviceWorld.MakeAsync();
        folder.With("usr/lib/banana/updates.json", $$"""{ "repository": "{{other.Repository.Repository}}", "channel": "testing" }""");
        await RefusesAsync(null, "the repository's metadata was refused");
        File.Copy(Path.Combine(other.Repository.Repository, "metadata", "1.root.json"), folder["usr/lib/banana/root.json"], overwrite: true);
        Assert.Equal(DeviceWorld.New, (await Updater().CheckAsync(null, Cancellation)).Offer!.Manifest.Version);
    }

    [Fact]
    public async Task A_failed_update_is_in_the_history_and_the_next_one_works()
    {
        var images = Path.Combine(world.Repository.Repository, "images", "core");
        Directory.Move(images, images + "-away");
        var error = await Assert.ThrowsAnyAsync<BananaException>(() => Updater().UpdateAsync(new(), SilentProgress.Instance, Cancellation));
        var happened = Assert.Single(History().Read().Events);
        Assert.Equal((DeviceEventKind.UpdateFailed, error.Message), (happened.Kind, happened.Reason));
        world.RequireBootable(disk.Content, boot.Content);
        Directory.Move(images + "-away", images);
        Assert.NotNull((await Updater().UpdateAsync(new(), SilentProgress.Instance, Cancellation)).Installed);
    }

    [Fact]
    public async Task The_state_of_each_slot_has_a_reason()
    {
        Assert.Equal([SlotState.Running, SlotState.Free], Status().Slots.Select(slot => slot.State));
        await Updater().UpdateAsync(new(), SilentProgress.Instance, Cancellation);
        var booted = System() with { Version = DeviceWorld.New, RootHash = world.Manifest(DeviceWorld.New).RootHash };
        var machine = Machine() with { RunningRootHash = booted.RootHash };
        var choice = new BootChoice(machine, History(), Clock(), "boot-1");
        choice.Bless([new("login", null)]);
        var status = new DeviceReporter(machine, booted, History(), "boot-1", Clock()).Status(new());
        Assert.Equal([SlotState.Untried, SlotState.Running], status.Slots.Select(slot => slot.State));
        Assert.True(status.Health is { IsGood: true, Checks: [{ Name: "login" }] });
        Assert.Null(new DeviceReporter(machine, booted, History(), "boot-2", Clock()).Status(new()).Health.IsGood);
        choice.RollBack("the printer does not work");
        status = new DeviceReporter(machine, booted, History(), "boot-1", Clock()).Status(new());
        Assert.Equal((SlotState.Staged, SlotState.Running, DeviceWorld.Running), (status.Slots[0].State, status.Slots[1].State, status.Next!.Value));
        Assert.Contains("the printer does not work", status.Slots[1].Why, StringComparison.Ordinal);
    }

    private async Task RefusesAsync(ReleaseVersion? version, string message, Func<RunningSystem, RunningSystem>? change = null)
    {
        var error = await Assert.ThrowsAnyAsync<BananaException>(() => Updater(change).CheckAsync(version, Cancellation));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private DeviceStatus Status() => new DeviceReporter(Machine(), System(), History(), "boot-0", Clock()).Status(new());

    private DeviceUpdater Updater(Func<RunningSystem, RunningSystem>? change = null) =>
        new(Machine(), (change ?? (system => system))(System()), History(), new SettingsFiles(folder.Path, null), Clock());

    private RunningSystem System() => new()
    {
        Id = DeviceWorld.Id, Name = "Banana Core", Edition = "core", Version = DeviceWorld.Running, Architecture = "x86-64", RootHash = world.Manifest(DeviceWorld.Running).RootHash, BuildTime = DateTimeOffset.UnixEpoch,
    };

    private Machine Machine() => world.Machine(disk, boot);

    private DeviceHistory History() => new(DeviceState.Of(disk, DiskLayout.Read(disk, DeviceWorld.Id)));

    private FixedClock Clock() => new(now);

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
