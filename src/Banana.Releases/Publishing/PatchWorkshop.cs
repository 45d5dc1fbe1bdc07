// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Patches;
using Banana.Formats.Patches.Applying;
using Banana.Formats.Patches.Making;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;

namespace Banana.Releases.Publishing;

/// <summary>Makes the patches of a release, and tries each before it is given out.</summary>
internal sealed class PatchWorkshop(IReleaseStore store, ClusterLibraries libraries, int level, IProgressSink progress)
{
    // mkfs.erofs without -E…dict: eight times the largest cluster (erofs-utils lib/compressor_libzstd.c).
    private const int ZstdWindowFactor = 8;

    /// <summary>Makes a patch of the usr image.</summary>
    /// <param name="from">Where the old image is in the repository, and what it should be.</param>
    /// <param name="manifest">The new release.</param>
    /// <param name="image">The new image.</param>
    /// <param name="patch">Where the patch goes: a file.</param>
    /// <param name="name">What the step is called.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">The old image is missing or not what it should be.</exception>
    public async Task<PatchStatistics> MakeAsync(DeliveredObject from, ReleaseManifest manifest, string image, string patch, string name, CancellationToken cancellation)
    {
        using var step = progress.Begin(name);
        using var local = await LocalCopy.OfAsync(store, from, cancellation).ConfigureAwait(false);
        using var old = ByteSource.OpenFile(local.Path);
        using var target = ByteSource.OpenFile(image);
        var statistics = await Task.Run(
            () =>
            {
                using var output = new FileStream(patch, FileMode.Create, FileAccess.ReadWrite);
                return PatchMaker.Make(old, target, output, new PatchOptions { Libraries = libraries, Codecs = CodecsOf(manifest.Image), Level = level }, cancellation);
            },
            cancellation).ConfigureAwait(false);
        await Task.Run(() => Try(old, patch, manifest.Find(PartRole.Usr)!.Sha256, cancellation), cancellation).ConfigureAwait(false);
        step.Complete($"{ByteSize.Format(new FileInfo(patch).Length)}, {statistics.Clusters} clusters to compress again, {statistics.LiteralClusters} carried");
        return statistics;
    }

    /// <summary>The compressors of an image, as its manifest names them.</summary>
    internal IReadOnlyList<ClusterCodec> CodecsOf(ReleaseImage image)
    {
        // zstd,3 or lz4hc,9
        var (name, levelText) = image.Compressor.Split(',') is [var first, var second] ? (first, second) : (image.Compressor, string.Empty);
        var given = byte.TryParse(levelText, out var number);
        return name switch
        {
            "zstd" when libraries.VersionOf(ClusterAlgorithm.Zstd) is { } version =>
                [new(ClusterAlgorithm.Zstd, given ? number : (byte)3, (byte)int.Log2(image.ClusterSize * ZstdWindowFactor), version)],
            "lz4" when libraries.VersionOf(ClusterAlgorithm.Lz4) is { } version => Lz4(0, version),
            "lz4hc" when libraries.VersionOf(ClusterAlgorithm.Lz4) is { } version => Lz4(given ? number : (byte)9, version),
            _ => [],
        };

        ClusterCodec[] Lz4(byte level, uint version) => [new(ClusterAlgorithm.Lz4, level, (byte)int.Log2(image.ClusterSize), version), new(ClusterAlgorithm.Lz4, level, 0, version)];
    }

    private void Try(ByteSource old, string patch, string sha256, CancellationToken cancellation)
    {
        using var input = new FileStream(patch, FileMode.Open, FileAccess.Read);
        using var hash = new HashingStream();
        using var applier = new PatchApplier(old, PatchHeader.Read(input, patch), input, patch, libraries);
        applier.Apply(hash, cancellation);
        if (hash.Digest() != sha256)
        {
            throw new InvalidOperationException($"the patch {patch} does not give the image that it was made from");
        }
    }
}

/// <summary>An object of a store as a file: the folder's own, or a copy that is removed again.</summary>
internal sealed class LocalCopy : IDisposable
{
    private readonly bool temporary;

    private LocalCopy(string path, bool temporary)
    {
        Path = path;
        this.temporary = temporary;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Fetches an object and checks it.</summary>
    public static async Task<LocalCopy> OfAsync(IReleaseStore store, DeliveredObject found, CancellationToken cancellation)
    {
        if (store is FolderStore)
        {
            return Checked(new(System.IO.Path.Combine(store.Location, found.Key), temporary: false), await Sha256Digest.OfFileAsync(System.IO.Path.Combine(store.Location, found.Key), cancellation).ConfigureAwait(false), found);
        }

        var copy = new LocalCopy(System.IO.Path.GetTempFileName(), temporary: true);
        try
        {
            var target = new FileStream(copy.Path, FileMode.Create, FileAccess.ReadWrite);
            await using (target.ConfigureAwait(false))
            {
                var source = await store.OpenAsync(found.Key, ByteRange.All, cancellation).ConfigureAwait(false);
                await using (source.ConfigureAwait(false))
                {
                    await source.CopyToAsync(target, cancellation).ConfigureAwait(false);
                }

                target.Position = 0;
                return Checked(copy, await Sha256Digest.OfAsync(target, cancellation).ConfigureAwait(false), found);
            }
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (temporary)
        {
            File.Delete(Path);
        }
    }

    private static LocalCopy Checked(LocalCopy copy, string sha256, DeliveredObject found) => sha256 == found.Sha256
        ? copy
        : throw new BananaException(ExitCode.Untrusted, "the object is not what was published", found.Key, "look at the repository with 'banana verify'");
}
