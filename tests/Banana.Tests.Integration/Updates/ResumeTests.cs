// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

[Collection(UpdateWorld.Name)]
public sealed class ResumeTests(UpdateWorld world)
{
    private const int Checkpoint = 64 << 10;

    [Theory]
    [InlineData(WayKind.Patch)]
    [InlineData(WayKind.Chunks)]
    [InlineData(WayKind.Whole)]
    public async Task A_run_that_is_killed_at_any_write_goes_on(WayKind kind)
    {
        using var counting = new Device(world, UpdateWorld.Old);
        var writes = 0;
        counting.Wrap = stream => new WriteHook(stream, () => writes++);
        var whole = WayTests.Only(await counting.PlanAsync(PartRole.Usr), kind);
        await counting.FetchAsync(whole);
        Assert.True(writes > 5, $"only {writes} writes");
        for (var kill = 0; kill < writes; kill += Math.Max(1, writes / 8))
        {
            using var device = new Device(world, UpdateWorld.Old) { Options = new() { CheckpointFetched = Checkpoint, CheckpointWritten = 4 * Checkpoint, Connections = 2 } };
            var plan = WayTests.Only(await device.PlanAsync(PartRole.Usr), kind);
            var (left, landed) = (kill, 0L);
            device.Wrap = stream => new WriteHook(stream, () => left-- > 0 ? 0 : throw new OperationCanceledException("killed"), count => landed += count);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => device.FetchAsync(plan));
            Assert.False(File.Exists(device.PathOf(PartRole.Usr)));

            device.Wrap = stream => stream;
            var report = await device.FetchAsync(plan);
            device.RequireNew(plan);
            Assert.Empty(report.Parts[0].Failed);
            if (kind == WayKind.Whole)
            {
                // One piece is written at a time, and noted down after each.
                Assert.InRange(report.Cost.Bytes, 0, plan.Bytes - landed + (256 << 10) + Checkpoint);
            }
            else
            {
                Assert.InRange(report.Cost.Bytes, 0, plan.Bytes + 4096);
            }
        }
    }

    [Fact]
    public async Task A_patch_goes_on_at_a_group_without_fetching_what_was_done()
    {
        using var device = new Device(world, UpdateWorld.Old) { Options = new() { CheckpointFetched = 1, CheckpointWritten = 1 } };
        var plan = WayTests.Only(await device.PlanAsync(PartRole.Usr), WayKind.Patch);
        await device.FetchAsync(plan);

        // As a kill leaves it after the last group: everything is written, nothing verified.
        var journal = device.PathOf(PartRole.Usr) + ".journal";
        var patch = plan.Find(PartRole.Usr)!.Best.Object!;
        File.Move(device.PathOf(PartRole.Usr), device.PathOf(PartRole.Usr) + ".partial");
        var size = plan.Find(PartRole.Usr)!.Part.Size;
        await File.WriteAllTextAsync(journal, $$"""{"format":1,"part":"{{plan.Find(PartRole.Usr)!.Part.Sha256}}","way":"patch:{{patch.Sha256}}","fetched":{{patch.Size - 1}},"written":{{size}}}""", Device.Cancellation);
        var report = await device.FetchAsync(plan);
        device.RequireNew(plan);
        Assert.InRange(report.Cost.Bytes, 1, 4097);
        Assert.Equal(2, report.Cost.Requests);
    }

    [Fact]
    public async Task What_is_complete_is_not_fetched_again()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        await device.FetchAsync(plan);
        var report = await device.FetchAsync(plan);
        Assert.Equal(FetchCost.None, report.Cost);
        Assert.All(report.Parts, part => Assert.Null(part.Way));
        device.RequireNew(plan);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"format":1,"part":"PART","complete":true}""")]
    [InlineData("""{"format":1,"part":"PART","way":"patch:PATCH","fetched":2000,"written":4096}""")]
    [InlineData("""{"format":1,"part":"PART","way":"patch:PATCH","fetched":-5,"written":4096}""")]
    [InlineData("""{"format":1,"part":"PART","way":"patch:PATCH","fetched":99999999999,"written":99999999999}""")]
    public async Task A_journal_that_lies_is_not_believed(string text)
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync(PartRole.Usr);
        var part = plan.Find(PartRole.Usr)!;
        await File.WriteAllTextAsync(device.PathOf(PartRole.Usr) + ".journal", text.Replace("PART", part.Part.Sha256, StringComparison.Ordinal).Replace("PATCH", part.Best.Object!.Sha256, StringComparison.Ordinal), Device.Cancellation);
        await File.WriteAllBytesAsync(device.PathOf(PartRole.Usr), new byte[part.Part.Size + 5000], Device.Cancellation);
        var report = await device.FetchAsync(plan);
        Assert.Equal(WayKind.Patch, report.Parts[0].Way);
        device.RequireNew(plan);
    }

    [Fact]
    public async Task A_full_disk_of_the_tree_is_no_reason_for_another_way_either()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        device.WrapTree = stream => new WriteHook(stream, () => throw new IOException("No space left on device", 28));
        Assert.Equal(ExitCode.NoSpace, (await Assert.ThrowsAnyAsync<BananaException>(() => device.FetchAsync(plan))).Code);
        device.WrapTree = stream => stream;
        Assert.Empty((await device.FetchAsync(plan)).Parts[0].Failed);
        device.RequireNew(plan);
    }

    [Fact]
    public async Task A_full_disk_is_one_clear_error_and_no_reason_to_fetch_more()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        var writes = 0;
        device.Wrap = stream => new WriteHook(stream, () => ++writes < 3 ? 0 : throw new IOException("No space left on device", 28));
        var error = await Assert.ThrowsAnyAsync<BananaException>(() => device.FetchAsync(plan));
        Assert.Equal(ExitCode.NoSpace, error.Code);
        Assert.Equal(3, writes);
        device.Wrap = stream => stream;
        Assert.Equal(WayKind.Patch, (await device.FetchAsync(plan)).Parts[0].Way);
        device.RequireNew(plan);
    }
}
