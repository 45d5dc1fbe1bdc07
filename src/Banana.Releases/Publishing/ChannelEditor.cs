// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Channels;
using Banana.Releases.Stores;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Releases.Publishing;

/// <summary>Changes what channels offer, without touching a release: the same digests, never a rebuild.</summary>
/// <param name="store">The repository.</param>
/// <param name="keys">The keys that are at hand.</param>
/// <param name="clock">The clock.</param>
public sealed class ChannelEditor(IReleaseStore store, IReadOnlyCollection<PrivateKey> keys, TimeProvider clock)
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

            var role = ChannelRole.Name(to, edition);
            if (!editor.Metadata.Roles.ContainsKey(role))
            {
                var online = editor.Metadata.Root.Roles[RoleNames.Snapshot].KeyIds;
                var own = keys.Where(key => online.Contains(key.Public.Id, StringComparer.Ordinal)).Select(key => key.Public).ToList();
                editor.Metadata.Delegate(ChannelRole.Create(to, edition, own), own);
            }

            editor.Metadata.SetTarget(role, entry.Path, entry.Target);
            await editor.CommitAsync(keys, cancellation).ConfigureAwait(false);
            return entry;
        }
    }

    /// <summary>Takes a bad release back, in all channels: devices do not install it, and those that have it show the reason.</summary>
    /// <returns>The channels' roles that had it.</returns>
    public async Task<IReadOnlyList<string>> WithdrawAsync(string edition, ReleaseVersion version, string reason, CancellationToken cancellation)
    {
        var editor = await RepositoryEditor.OpenAsync(store, clock, create: null, cancellation).ConfigureAwait(false);
        await using (editor.ConfigureAwait(false))
        {
            var found = new List<string>();
            foreach (var role in editor.Metadata.Roles.Keys.Where(role => role != RoleNames.Targets).ToList())
            {
                if (ChannelEntry.All(editor.Role(role), role).FirstOrDefault(entry => entry.Edition == edition && entry.Version == version) is { } entry)
                {
                    editor.Metadata.SetTarget(role, entry.Path, entry.Withdraw(reason));
                    found.Add(role);
                }
            }

            if (found.Count == 0)
            {
                throw new BananaException(ExitCode.BadInput, $"no channel has {edition} {version}", store.Location, "look what is there with 'banana verify'");
            }

            await editor.CommitAsync(keys, cancellation).ConfigureAwait(false);
            return found;
        }
    }

    private static ChannelEntry Find(RepositoryEditor editor, string role, string edition, ReleaseVersion version)
    {
        var all = ChannelEntry.All(editor.Role(role), role);
        return all.FirstOrDefault(entry => entry.Edition == edition && entry.Version == version)
            ?? throw new BananaException(ExitCode.BadInput, $"{role} has no {edition} {version}; it has {string.Join(", ", all.Select(entry => entry.Version))}", editor.Store.Location);
    }
}
