// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

/// <summary>From one block device to another, as between the slots of a disk.</summary>
[Collection(UpdateWorld.Name)]
public sealed class SlotTests(UpdateWorld world)
{
    private const long Spare = 1 << 20;
    private readonly ProcessRunner tools = new();

    [Theory]
    [InlineData(WayKind.Patch)]
    [InlineData(WayKind.Chunks)]
    [InlineData(WayKind.Whole)]
    public async Task A_release_gets_from_slot_to_slot(WayKind kind)
    {
        using var device = new Device(world, UpdateWorld.Old);
        var old = device.Installed!.Parts[PartRole.Usr];
        var image = world.Part(UpdateWorld.New, PartRole.Usr);
        var (from, to) = (device.Combine("from"), device.Combine("to"));
        await File.WriteAllBytesAsync(from, [.. world.Part(UpdateWorld.Old, PartRole.Usr), .. new byte[Spare]], Device.Cancellation);
        await File.WriteAllBytesAsync(to, new byte[image.Length + Spare], Device.Cancellation);
        await using var source = await LoopDevice.AttachAsync(tools, from);
        await using var target = await LoopDevice.AttachAsync(tools, to);
        using var slot = ByteSource.OpenFile(source.Path);
        Assert.Equal(new FileInfo(from).Length, slot.Length);
        device.Installed = device.Installed with { Parts = new Dictionary<PartRole, InstalledPart> { [PartRole.Usr] = new(slot, old.Sha256) } };
        old.Source.Dispose();

        var plan = WayTests.Only(await device.PlanAsync(PartRole.Usr), kind);
        var report = await new UpdateFetcher(device.Store, new FetchOptions(), SilentProgress.Instance).FetchAsync(
            plan, new Dictionary<PartRole, PartDestination> { [PartRole.Usr] = new(new SlotTarget(target.Path), new FileNote(device.Combine("journal"))) }, Device.Cancellation);
        Assert.Equal((kind, 0), (report.Parts[0].Way, report.Parts[0].Failed.Count));
        using var written = ByteSource.OpenFile(target.Path);
        var bytes = new byte[image.Length];
        written.Read(0, bytes);
        Assert.True(bytes.AsSpan().SequenceEqual(image), "the slot does not hold the new image");
    }

    [Fact]
    public async Task A_slot_that_is_too_small_is_refused_before_anything_is_written()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var small = device.Combine("small");
        await File.WriteAllBytesAsync(small, new byte[Spare / 16], Device.Cancellation);
        await using var target = await LoopDevice.AttachAsync(tools, small);
        var plan = await device.PlanAsync(PartRole.Usr);
        var error = await Assert.ThrowsAsync<BananaException>(() => new UpdateFetcher(device.Store, new FetchOptions(), SilentProgress.Instance).FetchAsync(
            plan, new Dictionary<PartRole, PartDestination> { [PartRole.Usr] = new(new SlotTarget(target.Path), new FileNote(device.Combine("journal"))) }, Device.Cancellation));
        Assert.Equal(ExitCode.NoSpace, error.Code);
        Assert.DoesNotContain(await File.ReadAllBytesAsync(small, Device.Cancellation), value => value != 0);
    }

    private sealed class LoopDevice(ProcessRunner tools, string path) : IAsyncDisposable
    {
        public string Path => path;

        public static async Task<LoopDevice> AttachAsync(ProcessRunner tools, string file) =>
            new(tools, (await tools.RunAsync(Command.Of("losetup", "--find", "--show", file), Device.Cancellation)).Output.Trim());

        public async ValueTask DisposeAsync() => await tools.RunAsync(Command.Of("losetup", "--detach", path), CancellationToken.None);
    }
}
