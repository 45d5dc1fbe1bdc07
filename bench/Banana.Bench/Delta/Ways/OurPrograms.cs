// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Casync.Stores;
using Banana.Formats.Patches;
using Banana.Formats.Patches.Making;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Stores;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Bench.Delta.Ways;

/// <summary><c>delta ours prepare|publish|fetch</c>: what a publisher and a device do, each as a process that can be measured. Not for people.</summary>
internal static class OurPrograms
{
    public const string Command = "ours";
    public const string Patch = "patch";
    public const string Chunks = "chunks";

    /// <summary>The image in the repository.</summary>
    public const string Image = "new.erofs";

    private const string OldIndex = "old.caibx";
    private const string Digests = "digests";
    private const int JsonLimit = 1 << 20;
    private static readonly ReleaseVersion Old = new(20260101, 1);
    private static readonly ReleaseVersion New = new(20260101, 2);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var words = new Argument<string[]>("words") { Arity = new ArgumentArity(6, 6) };
        var command = new Command(Command, "One side of a measurement") { words };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellation) =>
        {
            var w = parsed.GetRequiredValue(words);
            var libraries = ClusterLibraries.Of(w[5]);
            await (w[0] switch
            {
                "prepare" => PrepareAsync(w[2], w[3], w[4], cancellation),
                "publish" => PublishAsync(w[1], w[2], w[3], w[4], libraries, cancellation),
                _ => FetchAsync(w[1], w[2], w[3], w[4], libraries, cancellation),
            });
            return 0;
        });
        return command;
    }

    private static async Task PrepareAsync(string old, string target, string repository, CancellationToken cancellation)
    {
        using (var from = ByteSource.OpenFile(old))
        {
            var index = ImageChunker.Cut(from, ChunkParameters.Default, ChunkDigest.Sha512Half, cancellation: cancellation);
            await ChunkIndexWriter.WriteFileAsync(index, Path.Combine(repository, OldIndex), cancellation);
        }

        await File.WriteAllLinesAsync(Path.Combine(repository, Digests), [await Sha256Digest.OfFileAsync(old, cancellation), await Sha256Digest.OfFileAsync(target, cancellation)], cancellation);
    }

    private static async Task PublishAsync(string kind, string old, string target, string repository, ClusterLibraries libraries, CancellationToken cancellation)
    {
        var digests = await File.ReadAllLinesAsync(Path.Combine(repository, Digests), cancellation);
        var whole = new DeliveredObject { Key = Image, Size = new FileInfo(target).Length, Sha256 = digests[1] };
        var delivery = new ReleaseDelivery { Edition = "bench", Version = New, Parts = [new() { Role = PartRole.Usr, Object = whole }] };
        using (var from = ByteSource.OpenFile(old))
        using (var to = ByteSource.OpenFile(target))
        {
            if (kind == Patch)
            {
                await using (var output = File.Create(Path.Combine(repository, Patch)))
                {
                    PatchMaker.Make(from, to, output, new PatchOptions { Libraries = libraries, Codecs = [new(ClusterAlgorithm.Zstd, 3, 19, libraries.Zstd!.VersionNumber)] }, cancellation);
                }

                delivery = delivery with { Patches = [new() { From = Old, FromSha256 = digests[0], Object = await ObjectAsync(repository, Patch, cancellation) }] };
            }
            else
            {
                // Index and store, as desync's make and chop; devices fetch ranges of the image, the store is for casync and desync.
                var store = new FolderChunkStore(Path.Combine(repository, "chunks"));
                var index = ImageChunker.Cut(to, ChunkParameters.Default, ChunkDigest.Sha512Half, store, cancellation: cancellation);
                store.Sync();
                await ChunkIndexWriter.WriteFileAsync(index, Path.Combine(repository, "new.caibx"), cancellation);
                var parameters = ChunkParameters.Default;
                delivery = delivery with
                {
                    Parts =
                    [
                        new()
                        {
                            Role = PartRole.Usr,
                            Object = whole,
                            Index = new() { Object = await ObjectAsync(repository, "new.caibx", cancellation), Minimum = parameters.Minimum, Average = parameters.Average, Maximum = parameters.Maximum },
                            Reuse = [Price(repository, index)],
                        },
                    ],
                };
            }
        }

        await File.WriteAllBytesAsync(Path.Combine(repository, ReleaseDelivery.FileName), delivery.ToJson(), cancellation);
        await File.WriteAllBytesAsync(Path.Combine(repository, ReleaseManifest.FileName), Manifest(whole).ToJson(), cancellation);
    }

    private static async Task FetchAsync(string kind, string old, string address, string output, ClusterLibraries libraries, CancellationToken cancellation)
    {
        using var store = ReleaseStores.Open(address);
        var manifest = ReleaseManifest.Parse((await store.ReadAsync(ReleaseManifest.FileName, JsonLimit, cancellation))!.Content, ReleaseManifest.FileName);
        var delivery = ReleaseDelivery.Parse((await store.ReadAsync(ReleaseDelivery.FileName, JsonLimit, cancellation))!.Content, ReleaseDelivery.FileName);
        using var seed = ByteSource.OpenFile(old);

        // A device knows the digest of what it installed; it does not hash it again.
        var digest = delivery.Patches.Count > 0 ? delivery.Patches[0].FromSha256 : new string('0', 64);
        var installed = new InstalledRelease
        {
            Edition = "bench", Architecture = "x86-64", Version = Old, Libraries = libraries,
            Parts = new Dictionary<PartRole, InstalledPart> { [PartRole.Usr] = new(seed, digest) },
        };
        var plan = await new UpdatePlanner(store).PlanAsync(manifest, delivery, installed, [PartRole.Usr], cancellation);
        var report = await new UpdateFetcher(store, new FetchOptions(), SilentProgress.Instance).FetchAsync(
            plan, new Dictionary<PartRole, PartDestination> { [PartRole.Usr] = new(new FileTarget(output), new FileNote(output + ".journal")) }, cancellation);
        var expected = kind == Patch ? WayKind.Patch : WayKind.Chunks;
        if (report.Parts[0].Way != expected)
        {
            throw new InvalidOperationException($"the device went the way {report.Parts[0].Way}: {string.Join("; ", report.Parts[0].Failed)}");
        }
    }

    private static DeliveredReuse Price(string repository, ChunkIndex index)
    {
        var known = ChunkIndexReader.ReadFile(Path.Combine(repository, OldIndex)).Chunks.Select(chunk => chunk.Id).ToHashSet();
        var plan = ChunkPlan.Make(index, known, ChunkPlan.RequestWorth);
        return new() { From = Old, Bytes = plan.FetchedBytes, Requests = plan.Requests };
    }

    private static async Task<DeliveredObject> ObjectAsync(string repository, string name, CancellationToken cancellation) => new()
    {
        Key = name,
        Size = new FileInfo(Path.Combine(repository, name)).Length,
        Sha256 = await Sha256Digest.OfFileAsync(Path.Combine(repository, name), cancellation),
    };

    private static ReleaseManifest Manifest(DeliveredObject image) => new()
    {
        Id = "bench", Edition = "bench", Version = New, Architecture = "x86-64", Base = "debian", Suite = "forky",
        LockfileSha256 = new string('0', 64), SourceDateEpoch = 0, RootHash = new string('0', 64),
        Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
        Parts = [new() { Role = PartRole.Usr, File = Image, Size = image.Size, Sha256 = image.Sha256 }],
    };
}
