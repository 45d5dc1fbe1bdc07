// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;

namespace Banana.Tests.Integration.Casync;

/// <summary>casync reads what we write, and we read what it writes.</summary>
public sealed class CasyncTests : IDisposable
{
    private readonly ChunkWorld world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData(ChunkDigest.Sha512Half, "sha512-256")]
    [InlineData(ChunkDigest.Sha256, "sha256")]
    public async Task Each_extracts_from_the_index_and_store_of_the_other(ChunkDigest digest, string name)
    {
        var image = ChunkWorld.Mixed(5_000_000, seed: 3);
        await world.WriteAsync("image", image);
        var ours = world.Store("ours.castr", digest);
        var index = await world.CutAsync("image", ChunkParameters.Default with { CutsAtMinimum = true }, digest, "ours.caibx", ours);
        await world.CasyncAsync("extract", $"--store={ours.Folder}", "--what=blob-index", world["ours.caibx"], world["extracted"]);
        ChunkWorld.RequireSame(image, await world.ReadAsync("extracted"), "extracted by the peer");

        var theirs = world.Store("theirs.castr", digest);
        await world.CasyncAsync("make", $"--digest={name}", $"--store={theirs.Folder}", "--chunk-size=16384:65536:262144", "--what=blob-index", world["theirs.caibx"], world["image"]);
        var read = ChunkIndexReader.ReadFile(world["theirs.caibx"]);
        Assert.Equal(digest, read.Digest);
        Assert.Equal(index.Chunks, read.Chunks);
        ChunkWorld.RequireSame(image, world.Assemble("theirs.caibx", theirs), "extracted by ours");
        Assert.Equal(await world.ReadAsync("theirs.caibx"), ChunkIndexWriter.Compose(read));
    }
}
