// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Channels;
using Banana.Releases.Stores;

namespace Banana.Updates.Planning;

/// <summary>
/// Prices every way to each part of a release and orders them. What it needs is in delivery.json; only a device whose version is not
/// listed there fetches the chunk index now, which counts, and which is not fetched again.
/// </summary>
/// <param name="store">The repository.</param>
public sealed class UpdatePlanner(IReleaseStore store)
{
    private const int LargestSalt = 256;

    /// <summary>The parts that an update writes.</summary>
    public static IReadOnlyList<PartRole> Roles { get; } = [PartRole.Usr, PartRole.UsrVerity, PartRole.Uki];

    /// <summary>Makes a plan.</summary>
    /// <param name="manifest">The release.</param>
    /// <param name="delivery">Where it is in the repository.</param>
    /// <param name="installed">What the device has; null: nothing, everything is fetched whole.</param>
    /// <param name="roles">The parts that are wanted; null: <see cref="Roles"/>, as far as the release has them.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">The release is for another edition or architecture, or the repository does not have it.</exception>
    public async Task<UpdatePlan> PlanAsync(ReleaseManifest manifest, ReleaseDelivery delivery, InstalledRelease? installed, IReadOnlyList<PartRole>? roles, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(delivery);
        if (installed is not null && (installed.Edition != manifest.Edition || installed.Architecture != manifest.Architecture))
        {
            throw new BananaException(ExitCode.BadInput, $"this is {manifest.Edition} for {manifest.Architecture}, and the device has {installed.Edition} for {installed.Architecture}", store.Location, "choose a channel of the device's own edition");
        }

        if (delivery.Verity is { } verity && (verity.Salt.Length > 2 * LargestSalt || verity.Salt.Length % 2 != 0 || !verity.Salt.All(char.IsAsciiHexDigit)))
        {
            throw new BananaException(ExitCode.BadInput, "the salt of the verity tree is none", $"{ReleaseDelivery.FileName} of {delivery.Version}", "publish the release again");
        }

        var wanted = (roles ?? [.. Roles.Where(role => manifest.Find(role) is not null)]).Order().ToList();
        var parts = new List<PartPlan>(wanted.Count);
        foreach (var role in wanted)
        {
            var part = manifest.Find(role) ?? throw Missing(manifest, role);
            var delivered = delivery.Find(role) ?? throw Missing(manifest, role);
            if (delivered.Object.Size != part.Size || delivered.Object.Sha256 != part.Sha256)
            {
                throw new BananaException(ExitCode.Untrusted, $"{ReleaseDelivery.FileName} has another '{ReleaseDirectory.NameOf(role)}' than the manifest of {manifest.Version}", store.Location, "try again later, or use another mirror");
            }

            List<Way> ways = [new(WayKind.Whole, new(part.Size, 1), delivered.Object)];
            if (role == PartRole.UsrVerity && delivery.Verity is not null && wanted.Contains(PartRole.Usr))
            {
                ways.Add(new(WayKind.Derived, FetchCost.None, null));
            }

            if (installed?.Parts.GetValueOrDefault(role) is { } seed)
            {
                ways.AddRange(role == PartRole.Usr ? Patches(delivery, seed) : []);
                if (delivered.Index is { } index && await ChunksAsync(delivered, index, installed, seed, cancellation).ConfigureAwait(false) is { } chunks)
                {
                    ways.Add(chunks);
                }
            }

            parts.Add(new(part, delivered, [.. ways.OrderBy(way => way.Cost).ThenBy(way => way.Kind)]));
        }

        return new(manifest, delivery, installed, parts);
    }

    // By the digest and not by the version: it is the contents that a patch is for.
    private static IEnumerable<Way> Patches(ReleaseDelivery delivery, InstalledPart seed) =>
        delivery.Patches.Where(patch => patch.FromSha256 == seed.Sha256).Select(patch => new Way(WayKind.Patch, new(patch.Object.Size, 1), patch.Object));

    private async Task<Way?> ChunksAsync(DeliveredPart delivered, DeliveredIndex index, InstalledRelease installed, InstalledPart seed, CancellationToken cancellation)
    {
        if (delivered.Reuse.FirstOrDefault(reuse => reuse.From == installed.Version) is { } listed)
        {
            return new(WayKind.Chunks, new(index.Object.Size + listed.Bytes, 1 + listed.Requests), delivered.Object);
        }

        if (index.Object.Size >= delivered.Object.Size)
        {
            return null;
        }

        try
        {
            var target = await RepositoryReading.IndexAsync(store, index, cancellation).ConfigureAwait(false);
            var local = await Task.Run(() => ImageChunker.Cut(seed.Source, target.Parameters, target.Digest, cancellation: cancellation), cancellation).ConfigureAwait(false);
            var plan = ChunkPlan.Make(target, local.Chunks.Select(chunk => chunk.Id).ToHashSet(), ChunkPlan.RequestWorth);
            return new(WayKind.Chunks, new(index.Object.Size + plan.FetchedBytes, 1 + plan.Requests), delivered.Object) { IsEstimate = true, Index = target, Seed = local };
        }
        catch (Exception error) when (error is IOException or BananaException { Code: ExitCode.BadInput or ExitCode.Untrusted or ExitCode.Usage } or MissingObjectException)
        {
            return null; // No index that is of use, or the installed part cannot be read: then it is no way, and the others are there.
        }
    }

    private BananaException Missing(ReleaseManifest manifest, PartRole role) =>
        new(ExitCode.BadInput, $"{manifest.Edition} {manifest.Version} has no part '{ReleaseDirectory.NameOf(role)}' in this repository", store.Location, "publish the release again");
}
