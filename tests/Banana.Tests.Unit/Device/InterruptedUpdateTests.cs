// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Device;

/// <summary>
/// An update that is interrupted at every I/O call that it makes: by a power cut that loses what was not flushed, and by each kind of error. What
/// ran before always boots, no entry ever starts what is not whole, and the next run finishes.
/// </summary>
public sealed class InterruptedUpdateTests : IAsyncLifetime
{
    private const int Retries = 3;
    private DeviceWorld world = null!;

    // 'banana test kill-points' sets how often the power is cut, and then every call fails in every way; without it, it is a slice.
    private const int SliceOfCuts = 60;
    private const int SliceOfErrors = 7;
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("BANANA_TEST_KILL_POINTS"), out var count) ? count : null;

    public async ValueTask InitializeAsync() => world = await DeviceWorld.MakeAsync();

    public ValueTask DisposeAsync()
    {
        world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_power_cut_at_any_call_leaves_what_ran_and_the_next_runs_finish(bool isSlotFree)
    {
        ReleaseVersion? second = isSlotFree ? null : DeviceWorld.Older;
        var calls = await CountAsync(second);
        for (var round = 0; round < (Asked is { } asked ? (asked + 1) / 2 : SliceOfCuts); round++)
        {
            var random = new Random(round);
            var (disk, files) = (world.Disk(second), world.Entries(second));
            var at = (Asked is null ? random.Next(calls) : round % calls) + 1;
            for (var retry = 0; retry <= Retries; retry++)
            {
                var faults = new Faults(at, FaultKind.PowerCut);
                var (machine, boot) = (new MemoryDisk(disk, faults), new MemoryBootFiles(files, faults));
                if (await RunAsync(machine, boot) is null)
                {
                    // The run went through; nothing of it is in a cache any more.
                    break;
                }

                (disk, files) = (machine.AfterPowerCut(random), boot.AfterPowerCut(random));
                world.RequireBootable(disk, files);
                at = random.Next(1, calls);
            }

            await RequireFinishedAsync(disk, files);
        }
    }

    [Theory]
    [InlineData(FaultKind.FailsOnce)]
    [InlineData(FaultKind.Fails)]
    [InlineData(FaultKind.Full)]
    [InlineData(FaultKind.ShortWrite)]
    internal async Task An_error_at_any_call_is_reported_and_leaves_what_ran(FaultKind kind)
    {
        var calls = await CountAsync(DeviceWorld.Older);
        for (var at = 1; at <= calls; at += Asked is null ? SliceOfErrors : 1)
        {
            var faults = new Faults(at, kind);
            var (disk, boot) = (new MemoryDisk(world.Disk(DeviceWorld.Older), faults), new MemoryBootFiles(world.Entries(DeviceWorld.Older), faults));
            var error = await RunAsync(disk, boot);
            var bootable = world.RequireBootable(disk.Content, boot.Content);
            if (error is null)
            {
                Assert.Equal([DeviceWorld.New, DeviceWorld.Running], bootable);
            }
            else
            {
                // A fault is a line for the user, never a defect.
                Assert.IsType<BananaException>(error, exactMatch: false);
                Assert.Equal(kind == FaultKind.Full ? ExitCode.NoSpace : ExitCode.ToolFailed, ((BananaException)error).Code);
            }

            await RequireFinishedAsync(disk.Content, boot.Content);
        }
    }

    private async Task<int> CountAsync(ReleaseVersion? second)
    {
        var faults = new Faults(null, FaultKind.PowerCut);
        await world.InstallAsync(new MemoryDisk(world.Disk(second), faults), new MemoryBootFiles(world.Entries(second), faults));
        Assert.True(faults.Calls > 40, $"only {faults.Calls} calls");
        return faults.Calls;
    }

    private async Task<Exception?> RunAsync(MemoryDisk disk, MemoryBootFiles boot)
    {
        try
        {
            await world.InstallAsync(disk, boot);
            return null;
        }
        catch (Exception error) when (error is BananaException or PowerCutException)
        {
            return error;
        }
    }

    private async Task RequireFinishedAsync(byte[] content, IReadOnlyDictionary<string, byte[]> files)
    {
        var faults = new Faults(null, FaultKind.PowerCut);
        var (disk, boot) = (new MemoryDisk(content, faults), new MemoryBootFiles(files, faults));
        await world.InstallAsync(disk, boot);
        Assert.Equal([DeviceWorld.New, DeviceWorld.Running], world.RequireBootable(disk.Content, boot.Content));
        Assert.Equal(2, boot.Content.Count);
    }
}
