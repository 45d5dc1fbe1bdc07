// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Tests.Unit.Tuf;

/// <summary>The attacks that the TUF specification names (1.5.2), and those of a wrong clock. docs/trust.md lists these tests by name.</summary>
public sealed class AttackTests
{
    [Fact]
    public async Task Arbitrary_installation_is_refused()
    {
        using var world = new TufWorld();
        using var attacker = PrivateKey.Generate(KeyKind.Ed25519);
        var path = world.Release("20260101.1", "good"u8.ToArray());
        var client = world.Client();
        var target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        foreach (var name in world.Targets.Files.Keys.ToList())
        {
            world.Targets.Files[name] = "evil"u8.ToArray();
        }

        var file = Path.Combine(world.Folder, "m");
        Assert.Equal(TufFailure.Mismatch, (await Assert.ThrowsAsync<TufException>(() => client.DownloadAsync(world.Targets, path, target!, file, TestContext.Current.CancellationToken))).Failure);
        Assert.Empty(Directory.GetFiles(world.Folder)); // neither the file nor a piece of it

        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 9 }, attacker);
        await world.RefusedAsync(TufFailure.Unsigned);
    }

    [Fact]
    public async Task Extraneous_dependencies_cannot_be_added_by_another_role()
    {
        // Whoever has one channel's key offers more than was delegated to it.
        using var world = new TufWorld();
        world.Repository.SetTarget(TufWorld.Channel, "gaming/20260101.1/manifest.json", TargetFile.Of([1]));
        world.Repository.SetTarget(TufWorld.Channel, "plasma/20260101.1/extra.bin", TargetFile.Of([1]));
        world.Publish();
        Assert.Null(await world.Client().FindTargetAsync("gaming/20260101.1/manifest.json", TestContext.Current.CancellationToken));
        Assert.Null(await world.Client().FindTargetAsync("plasma/20260101.1/extra.bin", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Fast_forward_is_recovered_from_by_new_keys()
    {
        using var world = new TufWorld();
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 1_000_000 }, world.Keys["timestamp"]);
        await world.RefreshAsync();
        world.Release("20260101.1", [1]);
        await world.RefusedAsync(TufFailure.Rollback); // the attack works as long as its keys are trusted

        world.RotateKey("timestamp");
        world.RotateKey("snapshot");
        world.Publish();
        await world.RefreshAsync();
        Assert.Equal((3L, 3L), (world.Version("timestamp"), world.Version("snapshot")));
    }

    [Fact]
    public async Task Fast_forward_of_targets_is_recovered_from_by_a_new_snapshot_key()
    {
        using var world = new TufWorld();
        var forward = world.Repository.Snapshot! with { Version = 2, Meta = new Dictionary<string, MetaFile> { ["targets.json"] = new(900) } };
        world.Server.Files["2.snapshot.json"] = TufWorld.Sign(forward, world.Keys["snapshot"]);
        world.Server.Files["900.targets.json"] = TufWorld.Sign(world.Repository.Roles["targets"] with { Version = 900 }, world.Keys["targets"]);
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 2, Snapshot = new MetaFile(2) }, world.Keys["timestamp"]);
        await world.RefreshAsync();
        Assert.Equal(900, world.Version("targets"));
        world.RotateKey("snapshot");
        world.RotateKey("timestamp");
        world.Publish();
        await world.RefreshAsync();
        Assert.Equal(1, world.Version("targets"));
    }

    [Fact]
    public async Task An_added_key_does_not_forget_versions()
    {
        using var world = new TufWorld();
        var old = world.Server.Files["timestamp.json"];
        world.Release("20260101.1", [1]);
        await world.RefreshAsync();
        using var second = PrivateKey.Generate(KeyKind.Ed25519);
        world.Root(root => root.Rotate("timestamp", second.Public, null));
        world.Publish();
        world.Server.Files["timestamp.json"] = old;
        await world.RefusedAsync(TufFailure.Rollback);
    }

    [Fact]
    public async Task Indefinite_freeze_ends_with_the_timestamp()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        world.Clock.Now = world.Repository.Timestamp!.Expires - TimeSpan.FromSeconds(1);
        await world.RefreshAsync();
        world.Clock.Now += TimeSpan.FromSeconds(1);
        await world.RefusedAsync(TufFailure.Expired);
    }

    [Fact]
    public async Task A_malicious_mirror_can_only_withhold()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        world.Release("20260101.1", [1]);
        world.Server.Files.Remove("2.snapshot.json");
        await world.RefusedAsync(TufFailure.NotFound);
        Assert.Equal((1L, 1L), (world.Version("snapshot"), world.Version("targets")));
    }

    [Fact]
    public async Task Mix_and_match_of_versions_is_refused()
    {
        using var world = new TufWorld();
        var old = world.Server.Files["1.stable-plasma.json"];
        world.Release("20260101.1", [1]);
        var oldSnapshot = world.Server.Files["2.snapshot.json"];
        world.Release("20260101.2", [2]);
        world.Server.Files["3.snapshot.json"] = oldSnapshot;
        var mixed = await Assert.ThrowsAsync<TufException>(() => world.RefreshAsync());
        Assert.True(mixed.Failure is TufFailure.Mismatch, mixed.Message);
        world.Server.Files["3.snapshot.json"] = TufWorld.Sign(world.Repository.Snapshot!, world.Keys["snapshot"]);
        world.Server.Files["3.stable-plasma.json"] = old;
        mixed = await Assert.ThrowsAsync<TufException>(() => world.Client().FindTargetAsync("plasma/20260101.1/manifest.json", TestContext.Current.CancellationToken));
        Assert.True(mixed.Failure is TufFailure.Mismatch, mixed.Message);
    }

    [Fact]
    public async Task Rollback_of_the_timestamp_is_refused()
    {
        using var world = new TufWorld();
        var old = world.Server.Files["timestamp.json"];
        world.Release("20260101.1", [1]);
        await world.RefreshAsync();
        world.Server.Files["timestamp.json"] = old;
        await world.RefusedAsync(TufFailure.Rollback);
        Assert.Equal(2, world.Version("timestamp"));
    }

    [Fact]
    public async Task Rollback_of_the_snapshot_is_refused()
    {
        using var world = new TufWorld();
        var old = world.Repository.Timestamp!.Snapshot;
        world.Release("20260101.1", [1]);
        await world.RefreshAsync();
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 3, Snapshot = old }, world.Keys["timestamp"]);
        await world.RefusedAsync(TufFailure.Rollback);
        Assert.Equal((2L, 2L), (world.Version("timestamp"), world.Version("snapshot")));
    }

    [Theory]
    [InlineData("targets.json", 1L)]
    [InlineData("stable-plasma.json", 1L)]
    [InlineData("stable-plasma.json", null)]
    public async Task Rollback_of_any_targets_metadata_is_refused(string name, long? version)
    {
        using var world = new TufWorld();
        world.Repository.Renew("targets");
        world.Release("20260101.1", [1]);
        await world.RefreshAsync();
        var meta = new Dictionary<string, MetaFile>(world.Repository.Snapshot!.Meta);
        _ = version is { } v ? meta[name] = new(v) : null;
        if (version is null)
        {
            meta.Remove(name);
        }

        world.Server.Files["3.snapshot.json"] = TufWorld.Sign(world.Repository.Snapshot with { Version = 3, Meta = meta }, world.Keys["snapshot"]);
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 3, Snapshot = new MetaFile(3) }, world.Keys["timestamp"]);
        await world.RefusedAsync(TufFailure.Rollback);
        Assert.Equal(2, world.Version("snapshot"));
    }

    [Fact]
    public async Task A_stolen_channel_key_reaches_its_channel_only_and_is_taken_away()
    {
        using var world = new TufWorld();
        using var other = PrivateKey.Generate(KeyKind.Ed25519);
        var path = ChannelRole.ManifestPath("plasma", "20260101.1");
        var forged = world.Repository.Roles[TufWorld.Channel] with { Version = 2, Targets = new Dictionary<string, TargetFile> { [path] = TargetFile.Of([6, 6, 6]) } };

        // With the channel's key alone nothing reaches a device: snapshot and timestamp have others.
        world.Server.Files["2.stable-plasma.json"] = TufWorld.Sign(forged, world.Keys[TufWorld.Channel]);
        Assert.Null(await world.Client().FindTargetAsync(path, TestContext.Current.CancellationToken));

        // The channel gets a new key; what the old one signed does not hold any more.
        var stolen = world.Keys[TufWorld.Channel];
        world.Keys[TufWorld.Channel] = other;
        world.Repository.Delegate(ChannelRole.Create("stable", "plasma", [other.Public]), [other.Public]);
        world.Publish();
        world.Server.Files["2.stable-plasma.json"] = TufWorld.Sign(forged, stolen);
        var error = await Assert.ThrowsAsync<TufException>(() => world.Client().FindTargetAsync(path, TestContext.Current.CancellationToken));
        Assert.True(error.Failure is TufFailure.Mismatch or TufFailure.TooLarge, error.Message);
        stolen.Dispose();
    }

    [Fact]
    public async Task Two_of_five_root_keys_change_nothing()
    {
        using var world = new TufWorld(rootKeys: 5, rootThreshold: 3);
        using var attacker = PrivateKey.Generate(KeyKind.Ed25519);
        var taken = world.Repository.Root.WithRole("root", [attacker.Public], 1) with { Version = 2 };
        world.Server.Files["2.root.json"] = TufWorld.Sign(taken, world.RootKeys[0], world.RootKeys[1], attacker);
        await world.RefusedAsync(TufFailure.Unsigned);
        Assert.Equal(1, world.Version("root"));
    }

    [Fact]
    public async Task Wrong_installation_of_another_target_is_refused()
    {
        using var world = new TufWorld();
        var path = world.Release("20260101.1", "one."u8.ToArray());
        _ = world.Release("20260101.2", "two."u8.ToArray());
        var client = world.Client();
        var target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        world.Targets.Files[$"plasma/20260101.1/{target!.Hashes.Preferred}.manifest.json"] = "two."u8.ToArray();
        Assert.Equal(TufFailure.Mismatch, (await Assert.ThrowsAsync<TufException>(() => client.ReadAsync(world.Targets, path, target, 100, TestContext.Current.CancellationToken))).Failure);
    }

    [Fact]
    public async Task A_clock_that_is_behind_does_not_make_old_metadata_fresh()
    {
        using var world = new TufWorld();
        var build = world.Repository.Timestamp!.Expires + TimeSpan.FromDays(1);
        world.Clock.Now = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await world.RefusedAsync(TufFailure.Expired, new TufClientOptions { TimeFloor = build });

        // Without a floor of the system: the newest timestamp that was trusted tells when it was signed.
        world.Clock.Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        world.Release("20260601.1", [1]);
        await world.RefreshAsync();
        world.Clock.Now = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var client = world.Client();
        await client.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), client.Now);
        world.Repository.Renew("snapshot");
        world.Publish(); // dates of 1970
        await world.RefusedAsync(TufFailure.Expired);
    }

    [Fact]
    public async Task A_timestamp_cannot_push_the_clock_beyond_its_own_date()
    {
        using var world = new TufWorld();
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 2, Signed = world.Clock.Now + TimeSpan.FromDays(9999) }, world.Keys["timestamp"]);
        await world.RefreshAsync();
        var client = world.Client();
        await client.RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(world.Clock.Now, client.Now);
    }

    [Fact]
    public async Task A_clock_that_is_ahead_stops_updates_and_changes_nothing()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        world.Clock.Now = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await world.RefusedAsync(TufFailure.Expired);
        Assert.Equal((1L, 1L, 1L), (world.Version("timestamp"), world.Version("snapshot"), world.Version("targets")));
    }
}
