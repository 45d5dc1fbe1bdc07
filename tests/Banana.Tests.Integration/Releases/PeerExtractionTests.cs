// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Integration.Casync;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Releases;

/// <summary>desync and casync make the parts of a published release out of its indexes and the one chunk store of the repository.</summary>
public sealed class PeerExtractionTests(SmallReleases releases) : IClassFixture<SmallReleases>
{
    [Fact]
    public async Task Peers_extract_what_was_published()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var repository = Path.Combine(releases.Folder, "repository");
        using var store = new FolderStore(repository);
        await releases.PublishAsync(store, SmallReleases.Versions[0]);
        var report = await releases.PublishAsync(store, SmallReleases.Versions[1]);
        var chunks = Path.Combine(repository, "chunks");
        foreach (var role in new[] { PartRole.Usr, PartRole.Uki })
        {
            var part = report.Delivery.Find(role)!;
            var expected = await File.ReadAllBytesAsync(Path.Combine(releases.PathOf(SmallReleases.Versions[1]), Path.GetFileName(part.Object.Key)), cancellation);
            var (index, output) = (Path.Combine(repository, part.Index!.Object.Key), Path.Combine(releases.Folder, "extracted"));
            await PeerTools.RunAsync(releases.Folder, "desync", ["extract", "-s", chunks, index, output], cancellation);
            ChunkWorld.RequireSame(expected, await File.ReadAllBytesAsync(output, cancellation), $"{role} by desync");
            File.Delete(output);
            await PeerTools.RunAsync(releases.Folder, "casync", ["extract", $"--store={chunks}", "--what=blob-index", index, output], cancellation);
            ChunkWorld.RequireSame(expected, await File.ReadAllBytesAsync(output, cancellation), $"{role} by casync");
            File.Delete(output);
        }

        await PeerTools.RunAsync(releases.Folder, "desync", ["verify", "-s", chunks], cancellation);
    }
}
