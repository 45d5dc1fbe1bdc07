// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;

namespace Banana.Tests.Integration.Casync;

/// <summary>desync 1.0.4 reads what we write, and we read what it writes.</summary>
public sealed class DesyncTests : IDisposable
{
    private const int Mixed = 5_000_000;

    private readonly ChunkWorld world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData("4:16:64", ChunkDigest.Sha512Half)]
    [InlineData("16:64:256", ChunkDigest.Sha512Half)]
    [InlineData("16:64:256", ChunkDigest.Sha256)]
    [InlineData("1024:2048:4096", ChunkDigest.Sha512Half)]
    public async Task Both_make_the_same_index(string sizes, ChunkDigest digest)
    {
        var parameters = ChunkParameters.Parse(sizes);
        int[] lengths = [0, 1, parameters.Minimum - 1, parameters.Minimum, parameters.Minimum + 1, parameters.Maximum, parameters.Maximum + 1, Math.Max(Mixed, 5 * parameters.Maximum)];
        for (var i = 0; i < lengths.Length; i++)
        {
            await world.WriteAsync("image", ChunkWorld.Mixed(lengths[i], seed: i));
            await world.DesyncAsync("--digest", Name(digest), "make", "-m", sizes, world["theirs.caibx"], world["image"]);
            await world.CutAsync("image", parameters, digest, "ours.caibx");
            ChunkWorld.RequireSame(await world.ReadAsync("theirs.caibx"), await world.ReadAsync("ours.caibx"), $"{sizes}, {digest}, {lengths[i]} bytes");
        }
    }

    [Theory]
    [InlineData(ChunkDigest.Sha512Half, true)]
    [InlineData(ChunkDigest.Sha256, true)]
    [InlineData(ChunkDigest.Sha512Half, false)]
    public async Task Each_extracts_from_the_index_and_store_of_the_other(ChunkDigest digest, bool compressed)
    {
        var image = ChunkWorld.Mixed(Mixed, seed: 1);
        await world.WriteAsync("image", image);
        var ours = world.Store("ours.castr", digest, compressed);
        var theirs = world.Store("theirs.castr", digest, compressed);
        var config = new Dictionary<string, object> { ["store-options"] = new Dictionary<string, object> { [world["*.castr"]] = new Dictionary<string, bool> { ["uncompressed"] = !compressed } } };
        await world.WriteAsync("config.json", JsonSerializer.SerializeToUtf8Bytes(config));
        string[] common = ["--config", world["config.json"], "--digest", Name(digest)];

        await world.CutAsync("image", ChunkParameters.Default, digest, "ours.caibx", ours);
        await world.DesyncAsync([.. common, "extract", "-s", ours.Folder, world["ours.caibx"], world["extracted"]]);
        ChunkWorld.RequireSame(image, await world.ReadAsync("extracted"), "extracted by the peer");
        await world.DesyncAsync([.. common, "verify", "-s", ours.Folder]);

        await world.DesyncAsync([.. common, "make", "-s", theirs.Folder, world["theirs.caibx"], world["image"]]);
        ChunkWorld.RequireSame(image, world.Assemble("theirs.caibx", theirs), "extracted by ours");
        Assert.Equal(ours.Chunks().Select(id => id.ToString()).Order(StringComparer.Ordinal), theirs.Chunks().Select(id => id.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Desync_chops_by_our_index()
    {
        var image = ChunkWorld.Mixed(Mixed, seed: 2);
        await world.WriteAsync("image", image);
        var index = await world.CutAsync("image", ChunkParameters.Default, ChunkDigest.Sha512Half, "ours.caibx");
        var store = world.Store("theirs.castr");
        await world.DesyncAsync("chop", "-s", store.Folder, world["ours.caibx"], world["image"]);
        Assert.Equal(index.Chunks.Select(chunk => chunk.Id).ToHashSet(), [.. store.Chunks()]);
        ChunkWorld.RequireSame(image, world.Assemble("ours.caibx", store), "extracted by ours");
        await world.DesyncAsync("verify-index", world["ours.caibx"], world["image"]);
    }

    private static string Name(ChunkDigest digest) => digest == ChunkDigest.Sha256 ? "sha256" : "sha512-256";
}
