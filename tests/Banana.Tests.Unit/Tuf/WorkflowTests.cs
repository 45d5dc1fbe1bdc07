// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tests.Unit.Tuf;

/// <summary>The client workflow of the specification, section 5: each rule.</summary>
public sealed class WorkflowTests
{
    [Fact]
    public async Task A_refresh_fetches_each_file_once_and_keeps_it_under_its_plain_name()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        Assert.Equal(["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"], world.Server.Requests);
        Assert.Equal(["root.json", "snapshot.json", "targets.json", "timestamp.json"], Directory.GetFiles(world.Trusted).Select(Path.GetFileName).Order());
        Assert.Equal(world.Server.Files["timestamp.json"], world.Store.Read("timestamp.json"));
        world.Server.Requests.Clear();
        await world.RefreshAsync();
        Assert.Equal(["2.root.json", "timestamp.json"], world.Server.Requests);
    }

    [Fact]
    public async Task Each_root_of_the_chain_is_fetched_and_kept()
    {
        using var world = new TufWorld();
        for (var i = 0; i < 3; i++)
        {
            world.Root(root => root);
        }

        world.Publish();
        await world.RefreshAsync();
        Assert.Equal(["2.root.json", "3.root.json", "4.root.json", "5.root.json"], world.Server.Requests[..4]);
        Assert.Equal(4, world.Version("root"));
    }

    [Fact]
    public async Task A_root_needs_the_threshold_of_the_old_and_of_the_new_keys()
    {
        using var world = new TufWorld(rootKeys: 5, rootThreshold: 3);
        using var stranger = PrivateKey.Generate(KeyKind.Ecdsa);
        var next = world.Repository.Root with { Version = 2 };
        world.Server.Files["2.root.json"] = TufWorld.Sign(next, world.RootKeys[0], world.RootKeys[4]);
        await world.RefusedAsync(TufFailure.Unsigned); // 2 of 3

        world.Server.Files["2.root.json"] = TufWorld.Sign(next, world.RootKeys[0], world.RootKeys[1], world.RootKeys[4]);
        await world.RefreshAsync();
        Assert.Equal(2, world.Version("root"));

        var taken = Banana.Tuf.Repository.RootChanges.WithRole(next with { Version = 3 }, "root", [stranger.Public], 1);
        world.Server.Files["3.root.json"] = TufWorld.Sign(taken, stranger);
        await world.RefusedAsync(TufFailure.Unsigned); // not the old keys
        world.Server.Files["3.root.json"] = TufWorld.Sign(taken, world.RootKeys[0], world.RootKeys[1], world.RootKeys[2]);
        await world.RefusedAsync(TufFailure.Unsigned); // not the new key
        Assert.Equal(2, world.Version("root"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_root_has_exactly_the_next_version(int version)
    {
        using var world = new TufWorld();
        world.Server.Files["2.root.json"] = TufWorld.Sign(world.Repository.Root with { Version = version }, world.RootKeys[0]);
        await world.RefusedAsync(TufFailure.Mismatch);
    }

    [Fact]
    public async Task An_expired_root_is_kept_but_nothing_is_built_on_it()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        world.Server.Files["2.root.json"] = TufWorld.Sign(world.Repository.Root with { Version = 2, Expires = world.Clock.Now }, world.RootKeys[0]);
        world.Release("20260101.1", [1]);
        await world.RefusedAsync(TufFailure.Expired);
        Assert.Equal((2L, 1L), (world.Version("root"), world.Version("timestamp")));

        // An expired root in the middle of the chain does no harm.
        world.Server.Files["3.root.json"] = TufWorld.Sign(world.Repository.Root with { Version = 3 }, world.RootKeys[0]);
        await world.RefreshAsync();
        Assert.Equal((3L, 2L), (world.Version("root"), world.Version("timestamp")));
    }

    [Fact]
    public async Task No_more_roots_than_permitted_are_fetched_in_one_refresh()
    {
        using var world = new TufWorld();
        world.Root(root => root);
        world.Root(root => root);
        world.Publish();
        await world.Client(new TufClientOptions { MaxRootRotations = 1 }).RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, world.Version("root"));
    }

    [Fact]
    public async Task One_key_under_two_names_counts_once()
    {
        using var world = new TufWorld();
        using var key = PrivateKey.Generate(KeyKind.Ed25519);
        using var document = JsonDocument.Parse(key.Public.Json.GetRawText());
        var root = world.Repository.Root;
        var twice = root with
        {
            Version = 2,
            Keys = root.Keys.Append(new("a", PublicKey.Read("a", document.RootElement))).Append(new("b", PublicKey.Read("b", document.RootElement))).ToDictionary(),
            Roles = root.Roles.Where(pair => pair.Key != "timestamp").Append(new("timestamp", new RoleKeys(["a", "b"], 2))).ToDictionary(),
        };
        world.Server.Files["2.root.json"] = TufWorld.Sign(twice, world.RootKeys[0]);
        var timestamp = MetadataWriter.Unsigned(world.Repository.Timestamp!);
        var signature = Convert.ToHexStringLower(key.Sign(timestamp.SignedBytes.Span));
        world.Server.Files["timestamp.json"] = MetadataWriter.Encode(timestamp.With(new Signature("a", signature)).With(new Signature("b", signature)));
        await world.RefusedAsync(TufFailure.Unsigned);
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task Expired_metadata_is_refused_and_not_kept(string role)
    {
        using var world = new TufWorld();
        var past = world.Clock.Now; // trusted before its date, not at it
        world.Release("20260101.1", [1]);
        switch (role)
        {
            case "timestamp":
                world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Expires = past }, world.Keys[role]);
                break;
            case "snapshot":
                world.Server.Files["2.snapshot.json"] = TufWorld.Sign(world.Repository.Snapshot! with { Expires = past }, world.Keys[role]);
                LooseTimestamp(world);
                break;
            default:
                world.Server.Files["1.targets.json"] = TufWorld.Sign(world.Repository.Roles["targets"] with { Expires = past }, world.Keys[role]);
                LooseSnapshot(world);
                break;
        }

        await world.RefusedAsync(TufFailure.Expired);
        Assert.Null(world.Version(role));
    }

    [Fact]
    public async Task Metadata_that_expired_on_this_machine_can_be_renewed()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        world.Clock.Now += TimeSpan.FromDays(60);
        world.Release("20260301.1", [1]);
        await world.RefreshAsync();
        Assert.Equal(2, world.Version("timestamp"));
    }

    [Fact]
    public async Task The_time_is_read_once_for_a_refresh()
    {
        using var world = new TufWorld();
        var clock = new RunningClock(world.Repository.Timestamp!.Expires - TimeSpan.FromSeconds(1));
        await new TufClient(world.Server, world.Store, clock).RefreshAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, clock.Reads);
    }

    [Fact]
    public async Task A_timestamp_of_the_same_version_is_passed_over()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        var before = world.Store.Read("timestamp.json");
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Snapshot = new MetaFile(100) }, world.Keys["timestamp"]);
        await world.RefreshAsync();
        Assert.Equal(before, world.Store.Read("timestamp.json"));
    }

    [Fact]
    public async Task A_length_or_hash_that_trusted_metadata_gives_has_to_hold()
    {
        using var world = new TufWorld();
        world.Release("20260101.1", [1]);
        var good = world.Server.Files["2.snapshot.json"];
        world.Server.Files["2.snapshot.json"] = [.. good, (byte)'\n'];
        await world.RefusedAsync(TufFailure.TooLarge);
        world.Server.Files["2.snapshot.json"] = [.. good[..^1], (byte)' '];
        await world.RefusedAsync(TufFailure.Mismatch);
        world.Server.Files["2.snapshot.json"] = good;
        await world.RefreshAsync();
    }

    [Fact]
    public async Task Names_carry_no_versions_without_consistent_snapshots()
    {
        using var world = new TufWorld();
        world.Root(root => root with { ConsistentSnapshot = false });
        world.Publish();
        var path = world.Release("20260101.1", [7]);
        world.Targets.Files[path] = [7];
        var client = world.Client();
        var target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(["timestamp.json", "snapshot.json", "targets.json", "stable-plasma.json"], world.Server.Requests[^4..]);
        Assert.Equal([7], await client.ReadAsync(world.Targets, path, target!, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Unknown_fields_are_signed_and_kept()
    {
        using var world = new TufWorld();
        using var document = JsonDocument.Parse("""{"x":[1,{"y":"é"}]}""");
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["extra"] = document.RootElement };
        world.Root(root => root with { Unknown = fields });
        world.Publish();
        await world.RefreshAsync();
        var read = MetadataReader.Root(world.Store.Read("root.json")!);
        Assert.Equal("é", read.Signed.Unknown["extra"].GetProperty("x")[1].GetProperty("y").GetString());
        Assert.Equal(read.SignedBytes.ToArray(), MetadataWriter.Unsigned(read.Signed).SignedBytes.ToArray());
    }

    [Fact]
    public async Task Damaged_files_of_this_machine_are_fetched_again_but_not_the_root()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        foreach (var name in new[] { "timestamp.json", "snapshot.json", "targets.json" })
        {
            File.WriteAllText(Path.Combine(world.Trusted, name), "{");
        }

        await world.RefreshAsync();
        Assert.Equal(1, world.Version("targets"));
        File.WriteAllText(Path.Combine(world.Trusted, "root.json"), "{");
        world.Server.Requests.Clear();
        await world.RefusedAsync(TufFailure.LocalState);
        Assert.Empty(world.Server.Requests);
    }

    [Fact]
    public async Task Targets_are_checked_and_not_fetched_twice()
    {
        using var world = new TufWorld();
        var path = world.Release("20260101.1", "manifest"u8.ToArray());
        var client = world.Client();
        var target = await client.FindTargetAsync(path, TestContext.Current.CancellationToken);
        var file = Path.Combine(world.Folder, "manifest.json");
        Assert.True(await client.DownloadAsync(world.Targets, path, target!, file, TestContext.Current.CancellationToken));
        Assert.False(await client.DownloadAsync(world.Targets, path, target!, file, TestContext.Current.CancellationToken));
        Assert.Single(world.Targets.Requests);
        await File.WriteAllTextAsync(file, "manifesT", TestContext.Current.CancellationToken);
        Assert.True(await client.DownloadAsync(world.Targets, path, target!, file, TestContext.Current.CancellationToken));
        Assert.Equal("manifest", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Null(await client.FindTargetAsync("plasma/20260101.2/manifest.json", TestContext.Current.CancellationToken));
    }

    private static void LooseTimestamp(TufWorld world) =>
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Snapshot = new MetaFile(world.Repository.Snapshot!.Version) }, world.Keys["timestamp"]);

    private static void LooseSnapshot(TufWorld world)
    {
        var loose = world.Repository.Snapshot! with { Meta = world.Repository.Snapshot!.Meta.ToDictionary(pair => pair.Key, pair => new MetaFile(pair.Value.Version)) };
        world.Server.Files[$"{loose.Version}.snapshot.json"] = TufWorld.Sign(loose, world.Keys["snapshot"]);
        LooseTimestamp(world);
    }

    private sealed class RunningClock(DateTimeOffset start) : TimeProvider
    {
        public int Reads { get; private set; }

        public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromSeconds(Reads++);
    }
}
