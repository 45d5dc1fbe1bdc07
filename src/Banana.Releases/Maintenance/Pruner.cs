// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Layout;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Sysupdate;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Releases.Maintenance;

/// <summary>What is kept.</summary>
/// <param name="Releases">The newest releases of each channel that are not withdrawn: devices that have an older one can still update, but not by a patch from it.</param>
/// <param name="Metadata">The newest versions of each metadata file; roots are all kept, because clients walk through them.</param>
public sealed record PrunePolicy(int Releases = 5, int Metadata = 10);

/// <summary>What was removed.</summary>
/// <param name="Releases">Releases that left a channel, as <c>ROLE VERSION</c>.</param>
/// <param name="Objects">Objects that nothing refers to any more.</param>
/// <param name="Bytes">Their size.</param>
public sealed record PruneReport(IReadOnlyList<string> Releases, int Objects, long Bytes);

/// <summary>
/// Removes what no channel needs. It holds the lock of publishers from the first look to the last deletion, so that no publisher's
/// objects can be mistaken for rubbish; metadata without the old releases is visible before their objects go.
/// </summary>
/// <param name="store">The repository.</param>
/// <param name="keys">The keys that are at hand.</param>
/// <param name="clock">The clock.</param>
/// <param name="progress">Who is told.</param>
public sealed class Pruner(IReleaseStore store, IReadOnlyCollection<PrivateKey> keys, TimeProvider clock, IProgressSink progress)
{
    private static readonly TimeSpan Unfinished = TimeSpan.FromDays(1);

    /// <summary>Prunes.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="dryRun">Only says what would go.</param>
    /// <param name="sign">Signs the list for systemd-sysupdate; null when there is none.</param>
    /// <param name="cancellation">Stops the work; what is left is found by the next run.</param>
    public async Task<PruneReport> PruneAsync(PrunePolicy policy, bool dryRun, Func<byte[], CancellationToken, Task<byte[]>>? sign, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var editor = await RepositoryEditor.OpenAsync(store, clock, create: null, cancellation).ConfigureAwait(false);
        await using (editor.ConfigureAwait(false))
        {
            var gone = new List<string>();
            var kept = new ReferencedObjects();
            var all = ChannelEntry.Everywhere(editor.Metadata.Roles).ToList();
            var editions = all.Select(pair => pair.Entry.Edition).Distinct(StringComparer.Ordinal).ToList();
            foreach (var (role, entries) in all.GroupBy(pair => pair.Role).Select(group => (group.Key, group.Select(pair => pair.Entry).ToList())))
            {
                var newest = entries.Where(entry => entry.Withdrawn is null).OrderByDescending(entry => entry.Version).Take(policy.Releases).ToHashSet();

                // What was withdrawn stays named as long as it is newer than something that is kept: devices show the reason.
                var oldest = newest.Count == 0 ? default : newest.Min(entry => entry.Version);
                foreach (var entry in entries)
                {
                    if (newest.Contains(entry) || (entry.Withdrawn is not null && entry.Version.CompareTo(oldest) > 0))
                    {
                        await kept.AddAsync(store, entry, cancellation).ConfigureAwait(false);
                    }
                    else
                    {
                        gone.Add($"{role} {entry.Version}");
                        editor.Metadata.RemoveTarget(role, entry.Path);
                    }
                }
            }

            if (!dryRun)
            {
                // First, because it may fail for want of a key, and then nothing was done yet.
                foreach (var edition in editions)
                {
                    await ChecksumsAsync(edition, kept, sign, cancellation).ConfigureAwait(false);
                }

                await editor.CommitAsync(keys, cancellation).ConfigureAwait(false);
            }

            var (objects, bytes) = await DeleteAsync(editor, kept, policy, dryRun, cancellation).ConfigureAwait(false);
            if (!dryRun)
            {
                await store.SweepAsync(clock.GetUtcNow() - Unfinished, cancellation).ConfigureAwait(false);
            }

            return new(gone, objects, bytes);
        }
    }

    private Task ChecksumsAsync(string edition, ReferencedObjects kept, Func<byte[], CancellationToken, Task<byte[]>>? sign, CancellationToken cancellation) => ChecksumEditor.ChangeAsync(
        store,
        edition,
        sign,
        create: false,
        list =>
        {
            foreach (var file in list.Files.Keys.Where(file => !kept.Has(RepositoryLayout.ImagesOf(edition) + file)).ToList())
            {
                list.Remove(file);
            }
        },
        cancellation);

    private async Task<(int Objects, long Bytes)> DeleteAsync(RepositoryEditor editor, ReferencedObjects kept, PrunePolicy policy, bool dryRun, CancellationToken cancellation)
    {
        using var step = progress.Begin("prune");
        var chunks = kept.Chunks.Keys.Select(id => RepositoryChunks.KeyOf(id)).ToHashSet(StringComparer.Ordinal);
        var metadata = MetadataFiles.Current(editor.Metadata, policy.Metadata);
        var (objects, bytes) = (0, 0L);
        var next = clock.GetUtcNow() + TimeSpan.FromMinutes(5);
        await foreach (var entry in store.ListAsync(string.Empty, cancellation).ConfigureAwait(false))
        {
            var keep = kept.Has(entry.Key) || chunks.Contains(entry.Key) || entry.Key == RepositoryLayout.Lock
                || (entry.Key.StartsWith(RepositoryLayout.Metadata, StringComparison.Ordinal) && metadata.Keeps(entry.Key[RepositoryLayout.Metadata.Length..]));
            if (keep)
            {
                continue;
            }

            if (!dryRun)
            {
                await store.DeleteAsync(entry.Key, cancellation).ConfigureAwait(false);
                if (clock.GetUtcNow() > next)
                {
                    await editor.KeepAsync(cancellation).ConfigureAwait(false);
                    next = clock.GetUtcNow() + TimeSpan.FromMinutes(5);
                }
            }

            objects++;
            bytes += entry.Length;
        }

        step.Complete($"{objects} objects, {ByteSize.Format(bytes)}");
        return (objects, bytes);
    }
}
