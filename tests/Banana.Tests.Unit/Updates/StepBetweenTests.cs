// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Tests.Unit.Releases;
using Banana.Tuf.Client;
using Banana.Updates.Planning;
using Banana.Updates.Trust;

namespace Banana.Tests.Unit.Updates;

/// <summary>A release that may not be installed from what the device has: the newest that may be is a step between.</summary>
public sealed class StepBetweenTests : IAsyncLifetime
{
    private readonly RepositoryWorld world = new();
    private readonly TemporaryFolder trust = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // From index 0 only the first two may be installed; the third asks for 3, the fourth for 7.
    public async ValueTask InitializeAsync()
    {
        foreach (var (version, image, minimum) in new[] { ("20260101.1", "plain.erofs", 0), ("20260101.2", "indexes.erofs", 0), ("20260101.3", "zstd.erofs", 3), ("20260101.4", "plain.erofs", 7) })
        {
            await world.PublishAsync(await world.MakeAsync(version, image, minimumVersion: minimum));
        }

        TufClient.Initialize(new FolderTrustedStore(trust.Path), await File.ReadAllBytesAsync(Path.Combine(world.Repository, "metadata", "1.root.json"), Cancellation));
    }

    public ValueTask DisposeAsync()
    {
        trust.Dispose();
        world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(null, "20260101.2")]
    [InlineData(0, "20260101.2")]
    [InlineData(2, "20260101.2")]
    [InlineData(3, "20260101.3")]
    [InlineData(6, "20260101.3")]
    [InlineData(7, "20260101.4")]
    [InlineData(8, "20260101.4")]
    public async Task The_newest_that_this_index_may_install_is_offered(int? index, string expected)
    {
        var offer = await ResolveAsync("20260101.1", index);
        Assert.Equal((expected, expected), (offer.Entry?.Version.ToString(), offer.Manifest?.Version.ToString()));
        Assert.Equal(expected, offer.Delivery?.Version.ToString());
    }

    [Fact]
    public async Task Steps_lead_to_the_newest()
    {
        var (installed, steps) = ("20260101.1", new List<string>());
        foreach (var index in new[] { 2, 3, 7 })
        {
            installed = (await ResolveAsync(installed, index)).Entry!.Version.ToString();
            steps.Add(installed);
        }

        Assert.Equal(["20260101.2", "20260101.3", "20260101.4"], steps);
        Assert.Null((await ResolveAsync(installed, 7)).Entry);
    }

    [Fact]
    public async Task Nothing_is_offered_when_all_that_is_newer_asks_for_more()
    {
        var offer = await ResolveAsync("20260101.2", 2);
        Assert.Equal((null, null, null), (offer.Entry, offer.Manifest, offer.Delivery));
    }

    [Fact]
    public async Task A_step_that_was_withdrawn_is_none()
    {
        await world.Channels().WithdrawAsync("core", ReleaseVersion.Parse("20260101.3"), "the desktop does not start", Cancellation);
        Assert.Equal("20260101.2", (await ResolveAsync("20260101.1", 3)).Entry!.Version.ToString());
    }

    private Task<ChannelOffer> ResolveAsync(string installed, int? index) =>
        new ChannelResolver(world.Store, new FolderTrustedStore(trust.Path), TimeProvider.System).ResolveAsync(
            "testing", new InstalledRelease { Edition = "core", Architecture = "x86-64", Version = ReleaseVersion.Parse(installed), Index = index }, Cancellation);
}
