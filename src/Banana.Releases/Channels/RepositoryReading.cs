// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Indexes;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Releases.Stores;

namespace Banana.Releases.Channels;

/// <summary>Reads small objects of a repository and checks each against the digest that led to it.</summary>
public static class RepositoryReading
{

    /// <summary>Reads the delivery.json of a release.</summary>
    public static async Task<ReleaseDelivery> DeliveryAsync(IReleaseStore store, ChannelEntry entry, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var delivery = ReleaseDelivery.Parse(await BytesAsync(store, entry.DeliveryKey, entry.DeliveryLength, entry.DeliverySha256, cancellation).ConfigureAwait(false), entry.DeliveryKey);
        return delivery.Edition == entry.Edition && delivery.Version == entry.Version ? delivery : throw Untrusted(store, entry.DeliveryKey, "is of another release");
    }

    /// <summary>Reads the manifest of a release.</summary>
    public static async Task<ReleaseManifest> ManifestAsync(IReleaseStore store, ChannelEntry entry, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var manifest = ReleaseManifest.Parse(await BytesAsync(store, entry.ManifestKey, entry.Target.Length, entry.Target.Hashes.Preferred, cancellation).ConfigureAwait(false), entry.ManifestKey);
        return manifest.Edition == entry.Edition && manifest.Version == entry.Version ? manifest : throw Untrusted(store, entry.ManifestKey, "is of another release");
    }

    /// <summary>Reads a chunk index.</summary>
    public static async Task<ChunkIndex> IndexAsync(IReleaseStore store, DeliveredIndex index, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(index);
        var bytes = await BytesAsync(store, index.Object.Key, index.Object.Size, index.Object.Sha256, cancellation).ConfigureAwait(false);
        return ChunkIndexReader.Read(ByteSource.FromMemory(bytes, index.Object.Key));
    }

    /// <summary>Reads an object whose length and digest are known.</summary>
    /// <exception cref="BananaException">It is missing, or not what it should be (<see cref="ExitCode.Untrusted"/>).</exception>
    public static async Task<byte[]> BytesAsync(IReleaseStore store, string key, long length, string sha256, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (length is < 0 or > ChunkIndexReader.DefaultLargest)
        {
            throw Untrusted(store, key, $"should have {length} bytes, which is too much");
        }

        var found = await store.ReadAsync(key, Math.Max((int)length, 1), cancellation).ConfigureAwait(false) ?? throw new MissingObjectException(store.Location, key);
        return found.Content.Length == length && Sha256Digest.Of(found.Content) == sha256 ? found.Content : throw Untrusted(store, key, "is not what was signed");
    }

    private static BananaException Untrusted(IReleaseStore store, string key, string what) =>
        new(ExitCode.Untrusted, $"{key} {what}", store.Location, "try again later, or use another mirror");
}
