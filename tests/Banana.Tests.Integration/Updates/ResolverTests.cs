// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Publishing;
using Banana.Releases.Stores.Folder;
using Banana.Updates.Planning;
using Banana.Updates.Trust;

namespace Banana.Tests.Integration.Updates;

[Collection(UpdateWorld.Name)]
public sealed class ResolverTests(UpdateWorld world)
{
    [Fact]
    public async Task The_newest_that_was_not_withdrawn_is_offered()
    {
        using var device = new Device(world, UpdateWorld.Ancient);
        Assert.Equal(UpdateWorld.New, (await ResolveAsync(device)).Entry!.Version);

        await new ChannelEditor(new FolderStore(device.Repository), [world.Key], TimeProvider.System).WithdrawAsync("core", UpdateWorld.New, "the desktop does not start", Device.Cancellation);
        var offer = await ResolveAsync(device);
        Assert.Equal(UpdateWorld.Old, offer.Entry!.Version);
        Assert.Equal(UpdateWorld.Old, offer.Manifest!.Version);
        Assert.Null(offer.Withdrawn);

        offer = await ResolveAsync(device, installed => installed with { Version = UpdateWorld.New });
        Assert.Null(offer.Entry);
        Assert.Equal("the desktop does not start", offer.Withdrawn);
    }

    [Fact]
    public async Task Another_edition_or_architecture_is_refused()
    {
        using var device = new Device(world, UpdateWorld.Ancient);
        Assert.Contains("arm64", (await Assert.ThrowsAsync<BananaException>(() => ResolveAsync(device, installed => installed with { Architecture = "arm64" }))).Message, StringComparison.Ordinal);
        Assert.Contains("no channel 'testing-plasma'", (await Assert.ThrowsAsync<BananaException>(() => ResolveAsync(device, installed => installed with { Edition = "plasma" }))).Message, StringComparison.Ordinal);
        var plan = await device.PlanAsync();
        await Assert.ThrowsAsync<BananaException>(() => new UpdatePlanner(device.Store).PlanAsync(plan.Manifest, plan.Delivery, device.Installed! with { Edition = "plasma" }, null, Device.Cancellation));
    }

    [Fact]
    public async Task Expired_metadata_is_one_clear_error()
    {
        using var device = new Device(world, UpdateWorld.Ancient);
        var resolver = new ChannelResolver(device.Store, world.Trust(device.Combine("trust")), new Later());
        var error = await Assert.ThrowsAsync<BananaException>(() => resolver.ResolveAsync(UpdateWorld.Channel, device.Installed!, Device.Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("expired", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swapped_manifest_is_refused()
    {
        using var device = new Device(world, UpdateWorld.Ancient);
        var offer = await ResolveAsync(device);
        FallbackTests.Flip(Path.Combine(device.Repository, offer.Entry!.ManifestKey), 50);
        Assert.Equal(ExitCode.Untrusted, (await Assert.ThrowsAsync<BananaException>(() => ResolveAsync(device))).Code);
    }

    private Task<ChannelOffer> ResolveAsync(Device device, Func<InstalledRelease, InstalledRelease>? change = null) =>
        new ChannelResolver(device.Store, world.Trust(device.Combine("trust")), TimeProvider.System).ResolveAsync(UpdateWorld.Channel, (change ?? (same => same))(device.Installed!), Device.Cancellation);

    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddDays(20);
    }
}
