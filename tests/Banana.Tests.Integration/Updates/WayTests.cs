// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Stores.Http;
using Banana.Serving;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

[Collection(UpdateWorld.Name)]
public sealed class WayTests(UpdateWorld world)
{
    [Fact]
    public async Task A_listed_release_takes_the_patch_and_makes_the_tree_itself()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        Assert.Equal([PartRole.Usr, PartRole.UsrVerity, PartRole.Uki], plan.Parts.Select(part => part.Part.Role));
        Assert.Equal([WayKind.Patch, WayKind.Chunks, WayKind.Whole], plan.Find(PartRole.Usr)!.Ways.Select(way => way.Kind));
        Assert.Equal(WayKind.Derived, plan.Find(PartRole.UsrVerity)!.Best.Kind);
        Assert.Equal(WayKind.Chunks, plan.Find(PartRole.Uki)!.Best.Kind);
        RequirePredicted(plan, await device.FetchAsync(plan));
        device.RequireNew(plan);
    }

    [Theory]
    [InlineData(WayKind.Patch)]
    [InlineData(WayKind.Chunks)]
    [InlineData(WayKind.Whole)]
    public async Task Each_way_gives_the_image_for_what_it_costs(WayKind kind)
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = Only(await device.PlanAsync(PartRole.Usr), kind);
        var report = await device.FetchAsync(plan);
        Assert.Equal(kind, report.Parts[0].Way);
        RequirePredicted(plan, report);
        device.RequireNew(plan);
    }

    [Fact]
    public async Task An_unlisted_release_is_priced_by_its_own_chunks()
    {
        using var device = new Device(world, UpdateWorld.Ancient);
        var plan = await device.PlanAsync(PartRole.Usr);
        var chunks = plan.Find(PartRole.Usr)!.Ways.Single(way => way.Kind == WayKind.Chunks);
        Assert.True(chunks.IsEstimate);
        Assert.DoesNotContain(plan.Find(PartRole.Usr)!.Ways, way => way.Kind == WayKind.Patch);
        var only = Only(plan, WayKind.Chunks);
        var report = await device.FetchAsync(only);
        device.RequireNew(only);

        // The index was fetched for the price, and is not fetched again.
        var index = plan.Find(PartRole.Usr)!.Delivered.Index!.Object.Size;
        Assert.Equal(chunks.Cost, report.Cost + new FetchCost(index, 1));
    }

    [Fact]
    public async Task A_device_with_nothing_takes_all_whole()
    {
        using var device = new Device(world, null);
        var plan = await device.PlanAsync();
        Assert.Equal([WayKind.Whole, WayKind.Derived, WayKind.Whole], plan.Parts.Select(part => part.Best.Kind));
        RequirePredicted(plan, await device.FetchAsync(plan));
        device.RequireNew(plan);
    }

    [Fact]
    public async Task Each_way_works_over_http_and_within_a_rate()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var server = await RepositoryServer.StartAsync(device.Repository, new IPEndPoint(IPAddress.Loopback, 0), new ServerLimits(), Device.Cancellation);
        await using (server)
        {
            device.Store = new HttpStore(server.Address);
            var plan = await device.PlanAsync();
            foreach (var kind in new[] { WayKind.Patch, WayKind.Chunks, WayKind.Whole })
            {
                Directory.Delete(device.Slots, recursive: true);
                var only = Only(plan, kind);
                var began = TimeProvider.System.GetTimestamp();
                device.Options = new() { RateLimit = kind == WayKind.Patch ? plan.Find(PartRole.Usr)!.Best.Cost.Bytes : null };
                RequirePredicted(only, await device.FetchAsync(only));
                device.RequireNew(only);
                Assert.True(kind != WayKind.Patch || TimeProvider.System.GetElapsedTime(began).TotalSeconds >= 0.9, "the rate limit was not kept");
            }
        }
    }

    [Fact]
    public async Task Without_room_nothing_is_written()
    {
        using var device = new Device(world, UpdateWorld.Old);
        var plan = await device.PlanAsync();
        device.Options = new() { CheckRoom = needs => RoomNeed.Require([.. needs.Select(need => need with { Room = 100_000 })]) };
        var error = await Assert.ThrowsAsync<BananaException>(() => device.FetchAsync(plan));
        Assert.Equal(ExitCode.NoSpace, error.Code);
        Assert.Contains(plan.Parts.Sum(part => part.Part.Size).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(device.Slots));
    }

    /// <summary>The plan with one way to the image.</summary>
    internal static UpdatePlan Only(UpdatePlan plan, WayKind kind) =>
        plan with { Parts = [.. plan.Parts.Select(part => part.Part.Role == PartRole.Usr ? part with { Ways = [.. part.Ways.Where(way => way.Kind == kind)] } : part)] };

    private static void RequirePredicted(UpdatePlan plan, FetchReport report)
    {
        Assert.Empty(report.Parts.SelectMany(part => part.Failed));
        Assert.InRange(report.Cost.Bytes, plan.Bytes * 0.98, plan.Bytes * 1.02);
        Assert.Equal(plan.Requests, report.Cost.Requests);
    }
}
