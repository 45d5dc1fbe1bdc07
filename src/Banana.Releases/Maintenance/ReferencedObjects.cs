// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Hashing;
using Banana.Formats.Release;
using Banana.Releases.Channels;
using Banana.Releases.Layout;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Sysupdate;

namespace Banana.Releases.Maintenance;

/// <summary>Everything that the channels of a repository refer to, by key. Locks are not part of it.</summary>
internal sealed class ReferencedObjects
{
    /// <summary>Objects whose digest is known.</summary>
    public Dictionary<string, DeliveredObject> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Objects without a digest: what is there for people, and the lists for systemd-sysupdate of editions that some channel has.</summary>
    public HashSet<string> Extras { get; } = new(StringComparer.Ordinal);

    /// <summary>Chunks, with their length and an index that names each.</summary>
    public Dictionary<ChunkId, (int Length, string Index)> Chunks { get; } = [];

    /// <summary>Whether a key is referred to.</summary>
    public bool Has(string key) => Objects.ContainsKey(key) || Extras.Contains(key);

    /// <summary>Adds a release and all that it refers to.</summary>
    /// <exception cref="Foundation.Errors.BananaException">Something that leads on (delivery, index) is missing or damaged.</exception>
    public async Task AddAsync(IReleaseStore store, ChannelEntry entry, CancellationToken cancellation)
    {
        if (Objects.ContainsKey(entry.DeliveryKey))
        {
            return;
        }

        Extras.Add(ChecksumList.KeyOf(entry.Edition));
        Extras.Add(ChecksumList.SignatureKeyOf(entry.Edition));
        var delivery = await RepositoryReading.DeliveryAsync(store, entry, cancellation).ConfigureAwait(false);
        Add(new() { Key = entry.DeliveryKey, Size = entry.DeliveryLength, Sha256 = entry.DeliverySha256 });
        Add(new() { Key = entry.ManifestKey, Size = entry.Target.Length, Sha256 = entry.Target.Hashes.Preferred });
        Extras.Add(RepositoryLayout.Release(entry.Edition, entry.Version) + ReleaseManifest.FileName);
        Extras.Add(RepositoryLayout.Release(entry.Edition, entry.Version) + ReleaseChanges.FileName);
        foreach (var part in delivery.Parts)
        {
            Add(part.Object);
            if (part.Index is { } described)
            {
                Add(described.Object);
                var index = await RepositoryReading.IndexAsync(store, described, cancellation).ConfigureAwait(false);
                foreach (var chunk in index.Chunks)
                {
                    Chunks.TryAdd(chunk.Id, (chunk.Length, described.Object.Key));
                }
            }
        }

        foreach (var patch in delivery.Patches)
        {
            Add(patch.Object);
        }
    }

    private void Add(DeliveredObject found) => Objects[found.Key] = found;
}
