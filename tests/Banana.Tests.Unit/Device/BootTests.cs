// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device;
using Banana.Device.Boots;
using Banana.Device.Health;
using Banana.Device.History;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Device;

/// <summary>
/// The life of releases on a device, boot by boot. The boot loader is played by what the Boot Loader Specification says of it: it takes the first
/// entry in its order, and takes a try off a counted one by renaming it. That the real systemd-boot does so is shown by tests that boot.
/// </summary>
public sealed class BootTests : IAsyncLifetime
{
    private static readonly Faults None = new(null, FaultKind.Fails);
    private DeviceWorld world = null!;
    private MemoryDisk disk = null!;
    private MemoryBootFiles boot = null!;

    public async ValueTask InitializeAsync()
    {
        world = await DeviceWorld.MakeAsync();
        (disk, boot) = (new(world.Disk(null), None), new(world.Entries(null), None));
        Start().Choice.Bless([]);
    }

    public ValueTask DisposeAsync()
    {
        world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_good_update_is_blessed_and_stays()
    {
        await world.InstallAsync(disk, boot);
        for (var round = 0; round < 50; round++)
        {
            var machine = Start();
            Assert.Equal(DeviceWorld.New, machine.Version);
            Assert.Empty(machine.Choice.Review());
            machine.Choice.Bless([new("login", null)]);
        }

        Assert.Contains("EFI/Linux/banana_20261103.1+3.efi", boot.Content.Keys);
        Assert.Equal(51, Record().Events.Count(happened => happened.Kind == DeviceEventKind.Healthy));
        Assert.Contains(world.Manifest(DeviceWorld.New).RootHash, Record().Blessed);
    }

    [Fact]
    public async Task A_bad_update_is_left_after_its_tries_and_refused()
    {
        await world.InstallAsync(disk, boot);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var machine = Start();
            Assert.Equal(DeviceWorld.New, machine.Version);
            Assert.Empty(machine.Choice.Review());
            Assert.False(machine.Verdict.Conclude([new("login", null), new("network", "no network service runs")]));
        }

        var after = Start();
        Assert.Equal(DeviceWorld.Running, after.Version);
        var failed = Assert.Single(after.Choice.Review());
        Assert.Equal((DeviceWorld.New, "it failed 3 boots"), (failed.Version, failed.Reason));
        after.Choice.Bless([]);
        Assert.Equal(DeviceWorld.New, Assert.Single(Record().Refused).Version);
        Assert.Equal(3, Record().Events.Count(happened => happened is { Kind: DeviceEventKind.Unhealthy, Reason: "network: no network service runs" }));

        // It is told once, and the machine stays where it is.
        Assert.Equal(DeviceWorld.Running, Start().Version);
        Assert.Empty(Start().Choice.Review());
    }

    [Fact]
    public async Task A_release_that_was_good_and_breaks_loses_its_blessing()
    {
        await world.InstallAsync(disk, boot);
        Start().Choice.Bless([]);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // Nothing of it gets to run: its slot is damaged, say.
            Assert.Equal(DeviceWorld.New, Start().Version);
        }

        var after = Start();
        Assert.Equal(DeviceWorld.Running, after.Version);
        Assert.Equal("it was good before, and then failed 3 boots in a row", Assert.Single(after.Choice.Review()).Reason);
        Assert.DoesNotContain(world.Manifest(DeviceWorld.New).RootHash, Record().Blessed);
    }

    [Fact]
    public void Of_two_names_of_one_entry_that_fsck_left_the_one_with_the_content_stays()
    {
        // A cut in the middle of the re-arming: both names are there, and fsck.vfat took the content from one.
        var uki = world.Part(DeviceWorld.Running, PartRole.Uki);
        foreach (var (whole, empty) in new[] { ("+3", "+2-1"), ("+2-1", "+3") })
        {
            string PathOf(string counter) => $"EFI/Linux/banana_{DeviceWorld.Running}{counter}.efi";
            boot = new(new Dictionary<string, byte[]>(StringComparer.Ordinal) { [PathOf(whole)] = uki, [PathOf(empty)] = [] }, None);
            var machine = world.Machine(disk, boot);
            new BootChoice(machine, new DeviceHistory(machine.State), TimeProvider.System).Bless([]);
            Assert.Equal(uki, boot.Content[PathOf("+3")]);
        }
    }

    [Fact]
    public async Task Two_power_cuts_during_a_boot_are_forgiven()
    {
        await world.InstallAsync(disk, boot);
        Start();
        Start();
        var machine = Start();
        Assert.Equal(DeviceWorld.New, machine.Version);
        machine.Choice.Bless([]);
        Assert.Equal(DeviceWorld.New, Start().Version);
    }

    [Fact]
    public async Task The_user_goes_back_and_stays_back()
    {
        await world.InstallAsync(disk, boot);
        var machine = Start();
        machine.Choice.Bless([]);
        Assert.True(machine.Choice.RollBack("the printer does not work") is { IsNext: true, Version: var version } && version == DeviceWorld.Running);
        for (var round = 0; round < 5; round++)
        {
            var back = Start();
            Assert.Equal(DeviceWorld.Running, back.Version);
            Assert.Empty(back.Choice.Review());
            back.Choice.Bless([]);
        }

        Assert.Equal("the printer does not work", Assert.Single(Record().Refused).Reason);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => Start().Choice.RollBack("again")).Code);
    }

    [Fact]
    public async Task With_nothing_left_but_failed_releases_the_machine_still_boots()
    {
        await world.InstallAsync(disk, boot);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            Start();
        }

        Assert.Equal(DeviceWorld.New, Start().Version);
        Start().Choice.Bless([]);
        Assert.Equal(DeviceWorld.New, Start().Version);
    }

    [Fact]
    public void A_slow_machine_is_waited_for_and_a_broken_one_is_not_for_ever()
    {
        var clock = new SkippingClock();
        var slow = new Check("network", 40);
        var verdicts = Run(new HealthRun([new Check("login", 1), slow], clock), TimeSpan.FromMinutes(5));
        Assert.All(verdicts, verdict => Assert.Null(verdict.Problem));
        Assert.Equal(40, slow.Looks);

        verdicts = Run(new HealthRun([new Check("login", 1), new Check("network", int.MaxValue)], clock), TimeSpan.FromMinutes(5));
        Assert.Equal([new("login", null), new("network", "not yet")], verdicts);

        verdicts = Run(new HealthRun([new Throwing()], clock), TimeSpan.FromSeconds(1));
        Assert.Equal([new("throws", "the bus is gone")], verdicts);

        static IReadOnlyList<CheckVerdict> Run(HealthRun run, TimeSpan timeout) => run.RunAsync(timeout, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
    }

    private DeviceRecord Record() => new DeviceHistory(DeviceState.Of(disk, DiskLayout.Read(disk, DeviceWorld.Id))).Read();

    private Booted Start()
    {
        var machine = world.Machine(disk, boot);
        var entry = machine.Entries()[0];
        if (entry.Left > 0)
        {
            machine.RenameEntry(entry, entry with { Left = entry.Left - 1, Done = entry.Done + 1 });
        }

        machine = machine with { RunningRootHash = world.Manifest(entry.Version).RootHash };
        var history = new DeviceHistory(machine.State);
        var choice = new BootChoice(machine, history, TimeProvider.System);
        return new(entry.Version, choice, new BootVerdict(choice, history, TimeProvider.System));
    }

    private sealed record Booted(ReleaseVersion Version, BootChoice Choice, BootVerdict Verdict);

    private sealed class Check(string name, int goodAt) : IHealthCheck
    {
        public string Name => name;

        public int Looks { get; private set; }

        public Task<string?> LookAsync(CancellationToken cancellation) => Task.FromResult(++Looks >= goodAt ? null : "not yet");
    }

    private sealed class Throwing : IHealthCheck
    {
        public string Name => "throws";

        public Task<string?> LookAsync(CancellationToken cancellation) => throw new InvalidOperationException("the bus is gone");
    }

    /// <summary>A clock whose waits are over at once, and took their time all the same.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        private DateTimeOffset now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
