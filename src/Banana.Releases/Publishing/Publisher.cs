// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Formats.Casync.Assembly;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Casync.Hashing;
using Banana.Formats.Casync.Indexes;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Layout;
using Banana.Releases.Stores;
using Banana.Releases.Sysupdate;
using Banana.Tuf.Repository;

namespace Banana.Releases.Publishing;

/// <summary>
/// Brings a release into a repository: parts, chunks, patches, and last the signed metadata that makes them visible. Stopped anywhere
/// before that, it leaves nothing that a device sees, and the next run goes on with what is there.
/// </summary>
/// <param name="progress">Who is told.</param>
/// <param name="clock">The clock, for expiry and locks.</param>
public sealed class Publisher(IProgressSink progress, TimeProvider clock)
{
    /// <summary>Publishes a release.</summary>
    /// <param name="release">The release, as the forge made it.</param>
    /// <param name="store">The repository.</param>
    /// <param name="create">Makes the metadata of a new repository where there is none.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<PublishReport> PublishAsync(ReleaseDirectory release, IReleaseStore store, Func<TufRepository>? create, PublishOptions options, CancellationToken cancellation)
    {
        await release.VerifyAsync(progress, cancellation).ConfigureAwait(false);
        var editor = await RepositoryEditor.OpenAsync(store, clock, create, cancellation).ConfigureAwait(false);
        await using (editor.ConfigureAwait(false))
        {
            var manifest = release.Manifest;
            var role = editor.EnsureChannel(options.Channel, manifest.Edition, options.Keys);
            var manifestBytes = await File.ReadAllBytesAsync(Path.Combine(release.Path, ReleaseManifest.FileName), cancellation).ConfigureAwait(false);
            var before = await PublishedAsync(editor, manifest, manifestBytes, cancellation).ConfigureAwait(false);
            var earlier = await EarlierAsync(editor, manifest, Math.Max(1, options.PatchesFrom), cancellation).ConfigureAwait(false);
            var parts = await UploadPartsAsync(release, editor, earlier, options, cancellation).ConfigureAwait(false);
            var (patches, statistics) = await MakePatchesAsync(release, editor, earlier, before, options, cancellation).ConfigureAwait(false);
            var delivery = new ReleaseDelivery { Edition = manifest.Edition, Version = manifest.Version, Parts = parts, Patches = patches, Verity = VerityOf(release) };
            await WriteReleaseAsync(editor, release, manifestBytes, delivery, earlier is [var latest, ..] ? latest : null, cancellation).ConfigureAwait(false);
            await ChecksumsAsync(editor, manifest.Edition, parts, options, cancellation).ConfigureAwait(false);

            editor.Metadata.SetTarget(role, ChannelRole.ManifestPath(manifest.Edition, manifest.Version.ToString()), ChannelEntry.Describe(manifestBytes, delivery.ToJson()));
            using var step = progress.Begin("sign");
            await editor.CommitAsync(options.Keys, cancellation).ConfigureAwait(false);
            step.Complete($"{manifest.Edition} {manifest.Version} is in {options.Channel}");
            return new(delivery, statistics);
        }
    }

    // This very release, when it is in a channel already: it must be the same, and must not have been withdrawn.
    private static async Task<ReleaseDelivery?> PublishedAsync(RepositoryEditor editor, ReleaseManifest manifest, byte[] manifestBytes, CancellationToken cancellation)
    {
        var same = ChannelEntry.Everywhere(editor.Metadata.Roles).Where(pair => pair.Entry.Edition == manifest.Edition && pair.Entry.Version == manifest.Version).ToList();
        foreach (var (role, entry) in same)
        {
            if (!entry.Target.Hashes.Match(manifestBytes))
            {
                throw new BananaException(ExitCode.BadInput, $"{manifest.Edition} {manifest.Version} is in {role} already, with other contents; a version is never replaced", editor.Store.Location, "build the release with a higher version");
            }

            if (entry.Withdrawn is { } reason)
            {
                throw new BananaException(ExitCode.BadInput, $"{manifest.Edition} {manifest.Version} was withdrawn: {reason}", editor.Store.Location, "build the release with a higher version");
            }
        }

        return same.Count == 0 ? null : await RepositoryReading.DeliveryAsync(editor.Store, same[0].Entry, cancellation).ConfigureAwait(false);
    }

    // The latest releases of this edition before this one, whatever channel they are in, the newest first.
    private static async Task<IReadOnlyList<ReleaseDelivery>> EarlierAsync(RepositoryEditor editor, ReleaseManifest manifest, int count, CancellationToken cancellation)
    {
        var deliveries = new List<ReleaseDelivery>();
        foreach (var entry in ChannelEntry.Everywhere(editor.Metadata.Roles).Select(pair => pair.Entry)
            .Where(entry => entry.Edition == manifest.Edition && entry.Version.CompareTo(manifest.Version) < 0)
            .DistinctBy(entry => entry.Version).OrderByDescending(entry => entry.Version).Take(count))
        {
            deliveries.Add(await RepositoryReading.DeliveryAsync(editor.Store, entry, cancellation).ConfigureAwait(false));
        }

        return deliveries;
    }

    private static DeliveredVerity? VerityOf(ReleaseDirectory release)
    {
        if (release.PathOf(PartRole.UsrVerity) is not { } path)
        {
            return null;
        }

        using var tree = ByteSource.OpenFile(path);
        var superblock = VeritySuperblock.Read(tree);

        // Only what comes out the same may be left to devices.
        return superblock.TreeSize == tree.Length ? new() { Uuid = superblock.Uuid, Salt = Convert.ToHexStringLower(superblock.Salt.Span) } : null;
    }

    private async Task<IReadOnlyList<DeliveredPart>> UploadPartsAsync(
        ReleaseDirectory release, RepositoryEditor editor, IReadOnlyList<ReleaseDelivery> earlier, PublishOptions options, CancellationToken cancellation)
    {
        var parts = new List<DeliveredPart>();
        foreach (var part in release.Manifest.Parts.Where(part => options.Parts.Contains(part.Role)))
        {
            var (edition, version) = (release.Manifest.Edition, release.Manifest.Version);
            var folder = part.Role is PartRole.Sbom or PartRole.Packages ? RepositoryLayout.Release(edition, version) : RepositoryLayout.ImagesOf(edition);
            var found = new DeliveredObject { Key = folder + part.File, Size = part.Size, Sha256 = part.Sha256 };
            await UploadAsync(editor.Store, found, release.PathOf(part), cancellation).ConfigureAwait(false);
            var delivered = new DeliveredPart { Role = part.Role, Object = found };
            parts.Add(PublishOptions.Chunked.Contains(part.Role) ? await CutAsync(delivered, edition, release.PathOf(part), editor, earlier, options, cancellation).ConfigureAwait(false) : delivered);
            await editor.KeepAsync(cancellation).ConfigureAwait(false);
        }

        return parts;
    }

    private async Task<DeliveredPart> CutAsync(DeliveredPart part, string edition, string path, RepositoryEditor editor, IReadOnlyList<ReleaseDelivery> earlier, PublishOptions options, CancellationToken cancellation)
    {
        using var step = progress.Begin($"chunks of {ReleaseDirectory.NameOf(part.Role)}");
        using var image = ByteSource.OpenFile(path);
        ChunkIndex? index = null;
        await RepositoryChunks.UseAsync(editor.Store, sink => index = ImageChunker.Cut(image, options.Chunks, ChunkDigest.Sha512Half, sink, cancellation: cancellation), cancellation).ConfigureAwait(false);
        var bytes = ChunkIndexWriter.Compose(index!);
        var key = RepositoryLayout.Index(edition, Path.GetFileName(path));
        await editor.Store.UploadAsync(key, new MemoryStream(bytes), bytes.Length, cancellation).ConfigureAwait(false);
        var reuse = new List<DeliveredReuse>();
        foreach (var release in earlier.Where(release => release.Find(part.Role)?.Index is not null).Take(options.PatchesFrom))
        {
            var old = await RepositoryReading.IndexAsync(editor.Store, release.Find(part.Role)!.Index!, cancellation).ConfigureAwait(false);
            var plan = ChunkPlan.Make(index!, old.Chunks.Select(chunk => chunk.Id).ToHashSet(), ChunkPlan.RequestWorth);
            reuse.Add(new() { From = release.Version, Bytes = plan.FetchedBytes, Requests = plan.Requests });
        }

        step.Complete(string.Create(CultureInfo.InvariantCulture, $"{index!.Chunks.Count} chunks, index {ByteSize.Format(bytes.Length)}"));
        return part with
        {
            Index = new() { Object = new() { Key = key, Size = bytes.Length, Sha256 = Sha256Digest.Of(bytes) }, Minimum = options.Chunks.Minimum, Average = options.Chunks.Average, Maximum = options.Chunks.Maximum },
            Reuse = reuse,
        };
    }

    private async Task<(IReadOnlyList<DeliveredPatch> Patches, IReadOnlyList<(ReleaseVersion From, Formats.Patches.Making.PatchStatistics Statistics)> Statistics)> MakePatchesAsync(
        ReleaseDirectory release, RepositoryEditor editor, IReadOnlyList<ReleaseDelivery> earlier, ReleaseDelivery? before, PublishOptions options, CancellationToken cancellation)
    {
        var patches = new List<DeliveredPatch>();
        var all = new List<(ReleaseVersion, Formats.Patches.Making.PatchStatistics)>();
        if (options.Libraries is null || release.PathOf(PartRole.Usr) is not { } image)
        {
            return (patches, all);
        }

        var workshop = new PatchWorkshop(editor.Store, options.Libraries, options.PatchLevel, progress);
        foreach (var from in earlier.Where(from => from.Find(PartRole.Usr) is not null).Take(options.PatchesFrom))
        {
            // Published before: a patch takes minutes, and the same images give the same one.
            if (before?.Patches.FirstOrDefault(patch => patch.From == from.Version && patch.FromSha256 == from.Find(PartRole.Usr)!.Object.Sha256) is { } known
                && await editor.Store.LengthAsync(known.Object.Key, cancellation).ConfigureAwait(false) == known.Object.Size)
            {
                patches.Add(known);
                continue;
            }

            var file = Path.GetTempFileName();
            try
            {
                var old = from.Find(PartRole.Usr)!.Object;
                var statistics = await workshop.MakeAsync(old, release.Manifest, image, file, $"patch from {from.Version}", cancellation).ConfigureAwait(false);
                var found = new DeliveredObject { Key = RepositoryLayout.Patch(from.Edition, from.Version, release.Manifest.Version), Size = new FileInfo(file).Length, Sha256 = await Sha256Digest.OfFileAsync(file, cancellation).ConfigureAwait(false) };
                await UploadAsync(editor.Store, found, file, cancellation).ConfigureAwait(false);
                patches.Add(new() { From = from.Version, FromSha256 = old.Sha256, Object = found });
                all.Add((from.Version, statistics));
            }
            finally
            {
                File.Delete(file);
            }

            await editor.KeepAsync(cancellation).ConfigureAwait(false);
        }

        return (patches, all);
    }

    private async Task UploadAsync(IReleaseStore store, DeliveredObject found, string path, CancellationToken cancellation)
    {
        using var step = progress.Begin($"upload {Path.GetFileName(found.Key)}");
        if (await store.LengthAsync(found.Key, cancellation).ConfigureAwait(false) == found.Size && !found.Key.StartsWith(RepositoryLayout.Patches, StringComparison.Ordinal))
        {
            step.Complete("there already", cached: true);
            return;
        }

        var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan | FileOptions.Asynchronous);
        await using (source.ConfigureAwait(false))
        {
            await store.UploadAsync(found.Key, source, found.Size, cancellation).ConfigureAwait(false);
        }

        step.Complete(ByteSize.Format(found.Size));
    }

    private static async Task WriteReleaseAsync(RepositoryEditor editor, ReleaseDirectory release, byte[] manifest, ReleaseDelivery delivery, ReleaseDelivery? before, CancellationToken cancellation)
    {
        var (edition, version) = (delivery.Edition, delivery.Version);
        var json = delivery.ToJson();
        var changes = await ReleaseChanges.BetweenAsync(editor.Store, before, release, cancellation).ConfigureAwait(false);
        foreach (var (key, content) in new (string, byte[])[]
        {
            (RepositoryLayout.Consistent(edition, version, Sha256Digest.Of(json), ReleaseDelivery.FileName), json),
            (RepositoryLayout.Consistent(edition, version, Sha256Digest.Of(manifest), ReleaseManifest.FileName), manifest),
            (RepositoryLayout.Release(edition, version) + ReleaseManifest.FileName, manifest), // for people and mirrors
            (RepositoryLayout.Release(edition, version) + ReleaseChanges.FileName, changes.ToJson()),
        })
        {
            await editor.Store.UploadAsync(key, new MemoryStream(content), content.Length, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task ChecksumsAsync(RepositoryEditor editor, string edition, IReadOnlyList<DeliveredPart> parts, PublishOptions options, CancellationToken cancellation)
    {
        if (options.SignChecksums is null)
        {
            return;
        }

        await ChecksumEditor.ChangeAsync(
            editor.Store,
            edition,
            options.SignChecksums,
            create: true,
            list =>
            {
                var folder = RepositoryLayout.ImagesOf(edition);
                foreach (var part in parts.Where(part => part.Object.Key.StartsWith(folder, StringComparison.Ordinal)))
                {
                    list.Add(part.Object.Key[folder.Length..], part.Object.Sha256);
                }
            },
            cancellation).ConfigureAwait(false);
    }
}
