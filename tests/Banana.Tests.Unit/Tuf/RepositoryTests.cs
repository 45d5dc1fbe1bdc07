// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;
using Banana.Tuf.Transport;

namespace Banana.Tests.Unit.Tuf;

/// <summary>The repository side: what it writes, in which order, signed by whom.</summary>
public sealed class RepositoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_commit_gives_the_files_in_the_order_of_writing_and_the_timestamp_at_last()
    {
        using var world = new TufWorld();
        Assert.Empty(world.Repository.Commit(world.Keys.Values));
        world.Root(root => root);
        world.Repository.Delegate(ChannelRole.Create("testing", "plasma", [world.Keys[TufWorld.Channel].Public]), [world.Keys[TufWorld.Channel].Public]);
        world.Repository.SetTarget("testing-plasma", ChannelRole.ManifestPath("plasma", "20260101.1"), TargetFile.Of([1]));
        var files = world.Repository.Commit(world.Keys.Values);
        Assert.Equal(["2.root.json", "1.testing-plasma.json", "2.targets.json", "2.snapshot.json", "timestamp.json"], files.Select(file => file.Name));
        Assert.Equal([false, false, false, false, true], files.Select(file => file.IsMutable));
    }

    [Fact]
    public async Task A_repository_is_loaded_changed_and_read_by_a_client()
    {
        using var world = new TufWorld();
        world.Release("20260101.1", [1]);
        var repository = await TufRepository.LoadAsync(world.Server, world.Clock, cancellation: Cancellation);
        Assert.Empty(repository.Commit([]));
        Assert.True(repository.RemoveTarget(TufWorld.Channel, "plasma/20260101.1/manifest.json"));
        Assert.False(repository.RemoveTarget(TufWorld.Channel, "plasma/20260101.1/manifest.json"));
        repository.SetTarget(TufWorld.Channel, "plasma/20260101.2/manifest.json", TargetFile.Of([2]));
        foreach (var file in repository.Commit([world.Keys[TufWorld.Channel], world.Keys["snapshot"], world.Keys["timestamp"]]))
        {
            world.Server.Files[file.Name] = file.Content;
        }

        var channel = await world.Client().LoadRoleAsync(TufWorld.Channel, Cancellation);
        Assert.Equal("plasma/20260101.2/manifest.json", Assert.Single(channel.Targets).Key);
        Assert.Equal(3, channel.Version);
    }

    [Fact]
    public void A_key_that_is_not_at_hand_is_named_and_nothing_is_changed()
    {
        using var world = new TufWorld();
        world.Repository.SetTarget(TufWorld.Channel, "plasma/1/manifest.json", TargetFile.Of([1]));
        var error = Assert.Throws<TufException>(() => world.Repository.Commit([world.Keys["snapshot"], world.Keys["timestamp"]]));
        Assert.Contains(TufWorld.Channel, error.Message, StringComparison.Ordinal);
        Assert.Contains(world.Keys[TufWorld.Channel].Public.Id[..12], error.Message, StringComparison.Ordinal);
        Assert.Equal(["2.stable-plasma.json", "2.snapshot.json", "timestamp.json"], world.Repository.Commit(world.Keys.Values).Select(file => file.Name));
    }

    [Fact]
    public async Task A_root_is_signed_on_several_machines_by_a_file()
    {
        using var world = new TufWorld(rootKeys: 5, rootThreshold: 3);
        using var fresh = PrivateKey.Generate(KeyKind.Ecdsa);
        var request = SigningRequest.Parse(world.Repository.ProposeRoot(root => root.Rotate("root", fresh.Public, world.RootKeys[0].Public.Id[..10])).Encode());
        Assert.Equal(2, request.Authorities.Count); // the old keys and the new ones
        Assert.Equal([3, 3], request.Progress.Select(progress => progress.Missing));
        Assert.Throws<TufException>(() => request.Sign(world.Keys["timestamp"]));

        // Two people sign copies, a third one's signature is made by another tool.
        var first = SigningRequest.Parse(request.Sign(world.RootKeys[1]).Encode());
        var second = SigningRequest.Parse(request.Sign(world.RootKeys[2]).Encode());
        Assert.Throws<TufException>(() => world.Repository.Accept(first));
        var merged = first.Merge(second).Import(new Signature(world.RootKeys[3].Public.Id, Convert.ToHexStringLower(world.RootKeys[3].Sign(request.SignedBytes.Span))));
        Assert.True(merged.IsComplete);
        world.Repository.Accept(merged);
        world.Publish();
        await world.RefreshAsync();
        Assert.Equal(2, world.Version("root"));
        Assert.Throws<TufException>(() => world.Repository.Accept(merged)); // of the past
    }

    [Fact]
    public async Task Targets_can_be_signed_elsewhere()
    {
        using var world = new TufWorld();
        var key = world.Keys[TufWorld.Channel].Public;
        world.Repository.Delegate(ChannelRole.Create("testing", "plasma", [key]), [key]);
        var request = SigningRequest.Parse(world.Repository.Propose("targets").Encode()).Sign(world.Keys["targets"]);
        world.Repository.Accept(request);
        foreach (var file in world.Repository.Commit([world.Keys[TufWorld.Channel], world.Keys["snapshot"], world.Keys["timestamp"]]))
        {
            world.Server.Files[file.Name] = file.Content;
        }

        Assert.Equal(1, (await world.Client().LoadRoleAsync("testing-plasma", Cancellation)).Version);
    }

    [Fact]
    public async Task Rotated_online_keys_sign_everything_anew()
    {
        using var world = new TufWorld();
        await world.RefreshAsync();
        foreach (var role in new[] { "targets", "snapshot", "timestamp" })
        {
            world.RotateKey(role);
        }

        world.Publish();
        await world.RefreshAsync();
        Assert.Equal((4L, 2L, 2L), (world.Version("root"), world.Version("targets"), world.Version("snapshot")));
    }

    [Fact]
    public async Task A_rotation_that_was_interrupted_after_the_root_is_finished_by_the_next_commit()
    {
        using var world = new TufWorld();
        world.RotateKey("snapshot");
        var root = world.Repository.Commit(world.Keys.Values)[0];
        Assert.Equal("2.root.json", root.Name);
        world.Server.Files[root.Name] = root.Content; // and then the power went
        var repository = await TufRepository.LoadAsync(world.Server, world.Clock, cancellation: Cancellation);
        foreach (var file in repository.Commit(world.Keys.Values))
        {
            world.Server.Files[file.Name] = file.Content;
        }

        await world.RefreshAsync();
        Assert.Equal(2, world.Version("snapshot"));
    }

    [Fact]
    public async Task A_publisher_does_not_sign_what_somebody_else_has_changed()
    {
        using var world = new TufWorld();
        using var stranger = PrivateKey.Generate(KeyKind.Ed25519);
        var good = world.Server.Files["timestamp.json"];
        world.Server.Files["timestamp.json"] = TufWorld.Sign(world.Repository.Timestamp! with { Version = 7 }, stranger);
        Assert.Equal(TufFailure.Unsigned, (await Assert.ThrowsAsync<TufException>(() => TufRepository.LoadAsync(world.Server, world.Clock, cancellation: Cancellation))).Failure);
        world.Server.Files["timestamp.json"] = good;
        world.Server.Files["1.stable-plasma.json"] = TufWorld.Sign(world.Repository.Roles[TufWorld.Channel], stranger);
        Assert.Equal(TufFailure.Mismatch, (await Assert.ThrowsAsync<TufException>(() => TufRepository.LoadAsync(world.Server, world.Clock, cancellation: Cancellation))).Failure);
    }

    [Fact]
    public async Task All_key_types_work_together()
    {
        foreach (var kind in Enum.GetValues<KeyKind>())
        {
            using var world = new TufWorld(kind: kind);
            world.Release("20260101.1", [1]);
            Assert.NotNull(await world.Client().FindTargetAsync("plasma/20260101.1/manifest.json", Cancellation));
        }
    }

    [Fact]
    public void A_folder_is_written_and_read()
    {
        using var world = new TufWorld();
        var folder = new FolderRepository(Path.Combine(world.Folder, "metadata"));
        folder.Write([new("1.root.json", [1]), new("timestamp.json", [2])]);
        folder.Write([new("timestamp.json", [3])]);
        Assert.Equal([3], File.ReadAllBytes(Path.Combine(world.Folder, "metadata", "timestamp.json")));
        Assert.Equal(2, Directory.GetFileSystemEntries(Path.Combine(world.Folder, "metadata")).Length);
    }
}
