// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Formats.Patches;
using Banana.Releases.Stores.Http;
using Banana.Tests.Integration.Tools;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

[Collection(UpdateWorld.Name)]
public sealed class FallbackTests(UpdateWorld world)
{
    [Theory]
    [InlineData("gone")]
    [InlineData("head")]
    [InlineData("middle")]
    [InlineData("short")]
    [InlineData("swapped")]
    [InlineData("library")]
    public async Task Without_a_patch_that_works_the_chunks_are_taken(string damage)
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        var patch = device.ObjectOf(plan, PartRole.Usr, WayKind.Patch);
        switch (damage)
        {
            case "gone":
                File.Delete(patch);
                break;
            case "short":
                using (var file = File.OpenWrite(patch))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "swapped":
                File.Copy(Path.Combine(device.Repository, "patches/core", $"{UpdateWorld.Ancient}-{UpdateWorld.Old}"), patch, overwrite: true);
                break;
            case "library":
                plan = plan with { Installed = plan.Installed! with { Libraries = new ClusterLibraries(null, null) } };
                break;
            default:
                Flip(patch, damage == "head" ? 40 : new FileInfo(patch).Length / 2);
                break;
        }

        var report = await device.FetchAsync(plan);
        device.RequireNew(plan);
        Assert.Equal(WayKind.Chunks, report.Parts[0].Way);
        Assert.Equal(WayKind.Patch, Assert.Single(report.Parts[0].Failed).Kind);
        Assert.NotEmpty(report.Parts[0].Failed[0].Reason);
    }

    [Fact]
    public async Task With_a_damaged_image_nothing_is_complete_and_a_mended_one_is_taken_later()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        File.Delete(device.ObjectOf(plan, PartRole.Usr, WayKind.Patch));
        var image = device.ObjectOf(plan, PartRole.Usr, WayKind.Whole);
        var right = await File.ReadAllBytesAsync(image, Device.Cancellation);
        await File.WriteAllBytesAsync(image, [.. right.Select(value => (byte)~value)], Device.Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => device.FetchAsync(plan));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.False(File.Exists(device.PathOf(PartRole.Usr)));

        await File.WriteAllBytesAsync(image, right, Device.Cancellation);
        var report = await device.FetchAsync(plan);
        Assert.Equal(WayKind.Chunks, report.Parts[0].Way);
        device.RequireNew(plan);
    }

    [Fact]
    public async Task A_damaged_index_leads_to_the_whole_image()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        File.Delete(device.ObjectOf(plan, PartRole.Usr, WayKind.Patch));
        Flip(Path.Combine(device.Repository, plan.Find(PartRole.Usr)!.Delivered.Index!.Object.Key), 200);
        var report = await device.FetchAsync(plan);
        Assert.Equal([WayKind.Patch, WayKind.Chunks], report.Parts[0].Failed.Select(way => way.Kind));
        Assert.Equal(WayKind.Whole, report.Parts[0].Way);
        device.RequireNew(plan);
    }

    [Theory]
    [InlineData(WayKind.Patch)]
    [InlineData(WayKind.Chunks)]
    public async Task A_modified_seed_is_found_out(WayKind first)
    {
        using var device = new Device(world, UpdateWorld.Old);
        var bytes = world.Part(UpdateWorld.Old, PartRole.Usr);
        for (var at = 5000; at < bytes.Length; at += 200_000)
        {
            bytes[at] ^= 1;
        }

        var modified = new Dictionary<PartRole, InstalledPart>(device.Installed!.Parts) { [PartRole.Usr] = device.Installed.Parts[PartRole.Usr] with { Source = ByteSource.FromMemory(bytes, "the modified slot") } };
        device.Installed = device.Installed with { Parts = modified };
        var plan = await device.PlanAsync(PartRole.Usr);
        plan = first == WayKind.Patch ? plan : WayTests.Only(plan, WayKind.Chunks);
        var report = await device.FetchAsync(plan);
        Assert.Equal(WayKind.Chunks, report.Parts[0].Way);
        Assert.Equal(first == WayKind.Patch ? 1 : 0, report.Parts[0].Failed.Count);
        device.RequireNew(plan);
    }

    [Fact]
    public async Task A_lost_connection_is_taken_up_again()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = WayTests.Only(await device.PlanAsync(PartRole.Usr), WayKind.Whole);
        await using var server = new LoopbackServer(device.Repository) { Behave = (_, requests) => new(CutAfter: requests < 3 ? 150_000 : null) };
        device.Store = new HttpStore(server.Address, new() { BackOff = TimeSpan.FromMilliseconds(1) });
        var report = await device.FetchAsync(plan);
        device.RequireNew(plan);
        Assert.Equal(plan.Bytes, report.Cost.Bytes);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_is_gone_leaves_what_was_done_for_the_next_run()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = WayTests.Only(await device.PlanAsync(PartRole.Usr), WayKind.Whole);
        var options = new HttpStoreOptions { BackOff = TimeSpan.FromMilliseconds(1), Attempts = 2 };
        device.Options = new() { CheckpointFetched = 100_000 };
        await using (var server = new LoopbackServer(device.Repository) { Behave = (_, requests) => requests == 0 ? new(CutAfter: 1_500_000) : new(Status: 503) })
        {
            device.Store = new HttpStore(server.Address, options);
            Assert.Equal(ExitCode.Unreachable, (await Assert.ThrowsAsync<BananaException>(() => device.FetchAsync(plan))).Code);
            Assert.False(File.Exists(device.PathOf(PartRole.Usr)));
        }

        await using var again = new LoopbackServer(device.Repository);
        device.Store = new HttpStore(again.Address, options);
        var report = await device.FetchAsync(plan);
        device.RequireNew(plan);
        Assert.InRange(report.Cost.Bytes, plan.Bytes - 1_500_000, plan.Bytes - 1_500_000 + 600_000);
    }

    internal static void Flip(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x55));
    }
}
