// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Channels;
using Banana.Releases.Stores;
using Banana.Releases.Sysupdate;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Releases.Publishing;

/// <summary>Changes what channels offer, without touching a release: the same digests, never a rebuild.</summary>
/// <param name="store">The repository.</param>
/// <param name="keys">The keys that are at hand.</param>
/// <param name="clock">The clock.</param>
/// <param name="sign">Signs the list that stock systemd-sysupdate reads; null: the key is not at hand.</param>
public sealed class ChannelEditor(IReleaseStore store, IReadOnlyCollection<PrivateKey> keys, TimeProvider clock, Func<byte[], CancellationToken, Task<byte[]>>? sign = null)
{
    /// <summary>Offers a release of one channel in another one too.</summary>
    /// <exception cref="BananaException">The channel has no such release, or it was withdrawn.</exception>
    public async Task<ChannelEntry> PromoteAsync(string edition, ReleaseVersion version, string from, string to, CancellationToken cancellation)
    {
        var editor = await RepositoryEditor.OpenAsync(store, clock, create: null, cancellation).ConfigureAwait(false);
        await using (editor.ConfigureAwait(false))
        {
            var entry = Find(editor, ChannelRole.Name(from, edition), edition, version);
            if (entry.Withdrawn is { } reason)
            {
                throw new BananaException(ExitCode.BadInput, $"{edition} {version} was withdrawn: {reason}", store.Location, "promote another release");
            }

            var role = editor.EnsureChannel(to, edition, keys);
            editor.Metadata.SetTarget(role, entry.Path, entry.Target);
            await editor.CommitAsync(keys, cancellation).ConfigureAwait(false);
            return entry;
        }
    }

    /// <summary>Takes a bad release back, in all channels: devices do not install it, and those that have it show the reason.</summary>
    /// <returns>The channels' roles that had it.</returns>
    /// <exception cref="BananaException">No channel has it, or stock systemd-sysupdate is told of it and the key of that list is not at hand.</exception>
    public async Task<IReadOnlyList<string>> WithdrawAsync(string edition, ReleaseVersion version, string reason, CancellationToken cancellation)
    {
        var editor = await RepositoryEditor.OpenAsync(store, clock, create: null, cancellation).ConfigureAwait(false);
        await using (editor.ConfigureAwait(false))
        {
            var found = ChannelEntry.Everywhere(editor.Metadata.Roles).Where(pair => pair.Entry.Edition == edition && pair.Entry.Version == version).ToList();
            if (found.Count == 0)
            {
                throw new BananaException(ExitCode.BadInput, $"no channel has {edition} {version}", store.Location, "look what is there with 'banana verify'");
            }

            foreach (var (role, entry) in found)
            {
                editor.Metadata.SetTarget(role, entry.Path, entry.Withdraw(reason));
            }

            await UnlistAsync(found[0].Entry, cancellation).ConfigureAwait(false);
            await editor.CommitAsync(keys, cancellation).ConfigureAwait(false);
            return [.. found.Select(pair => pair.Role)];
        }
    }

    // Stock systemd-sysupdate knows no reasons: it installs what is listed.
    private async Task UnlistAsync(ChannelEntry entry, CancellationToken cancellation)
    {
        if (await store.LengthAsync(ChecksumList.KeyOf(entry.Edition), cancellation).ConfigureAwait(false) is null)
        {
            return;
        }

        var delivery = await RepositoryReading.DeliveryAsync(store, entry, cancellation).ConfigureAwait(false);
        await ChecksumEditor.ChangeAsync(
            store,
            entry.Edition,
            sign,
            create: false,
            list =>
            {
                foreach (var part in delivery.Parts)
                {
                    list.Remove(part.Object.Key[(part.Object.Key.LastIndexOf('/') + 1)..]);
                }
            },
            cancellation).ConfigureAwait(false);
    }

    private static ChannelEntry Find(RepositoryEditor editor, string role, string edition, ReleaseVersion version)
    {
        var all = ChannelEntry.All(editor.Role(role), role);
        return all.FirstOrDefault(entry => entry.Edition == edition && entry.Version == version)
            ?? throw new BananaException(ExitCode.BadInput, $"{role} has no {edition} {version}; it has {string.Join(", ", all.Select(entry => entry.Version))}", editor.Store.Location);
    }
}
