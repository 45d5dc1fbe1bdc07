// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Repository;

/// <summary>Loads the newest metadata of a repository and checks signatures, hashes and versions; not dates.</summary>
internal static class RepositoryLoader
{
    /// <summary>What was found.</summary>
    /// <param name="Root">The newest root.</param>
    /// <param name="Timestamp">Null when only a root is there.</param>
    /// <param name="Snapshot">Null when only a root is there.</param>
    /// <param name="Roles">Targets and the delegated roles.</param>
    /// <param name="Stale">Roles that the keys of the root before had signed: a rotation was not finished, and they have to be signed anew.</param>
    public sealed record Loaded(RootMetadata Root, TimestampMetadata? Timestamp, SnapshotMetadata? Snapshot, IReadOnlyDictionary<string, TargetsMetadata> Roles, IReadOnlyList<string> Stale);

    public static async Task<Loaded> LoadAsync(IRepositoryReader reader, CancellationToken cancellation)
    {
        var json = await reader.ReadAsync(RoleNames.FileName(RoleNames.Root, 1), cancellation).ConfigureAwait(false)
            ?? throw new TufException(TufFailure.NotFound, "there is no TUF repository: 1.root.json is missing");
        List<RootMetadata> roots = [TrustedMetadata.FirstRoot(json).Signed];
        while (await reader.ReadAsync(RoleNames.FileName(RoleNames.Root, roots[^1].Version + 1), cancellation).ConfigureAwait(false) is { } next)
        {
            roots.Add(TrustedMetadata.NextRoot(roots[^1], next).Signed);
        }

        List<string> stale = [];
        var root = roots[^1];
        Dictionary<string, TargetsMetadata> roles = new(StringComparer.Ordinal);
        json = await reader.ReadAsync(RoleNames.FileName(RoleNames.Timestamp, null), cancellation).ConfigureAwait(false);
        if (json is null)
        {
            roles[RoleNames.Targets] = new() { Version = 0, Expires = root.Expires };
            return new(root, null, null, roles, [RoleNames.Targets]);
        }

        var timestamp = Checked(MetadataReader.Timestamp(json), RoleNames.Timestamp, roots, stale);
        json = await ReadAsync(reader, root, RoleNames.Snapshot, timestamp.Snapshot, cancellation).ConfigureAwait(false);
        var snapshot = Checked(MetadataReader.Snapshot(json), RoleNames.Snapshot, roots, stale);
        var top = TrustedMetadata.Meta(snapshot, RoleNames.Targets);
        json = await ReadAsync(reader, root, RoleNames.Targets, top, cancellation).ConfigureAwait(false);
        roles[RoleNames.Targets] = Checked(MetadataReader.Targets(json), RoleNames.Targets, roots, stale);
        await LoadDelegatedAsync(reader, root, snapshot, roles, RoleNames.Targets, cancellation).ConfigureAwait(false);
        return new(root, timestamp, snapshot, roles, stale);
    }

    private static async Task LoadDelegatedAsync(IRepositoryReader reader, RootMetadata root, SnapshotMetadata snapshot, Dictionary<string, TargetsMetadata> roles, string delegator, CancellationToken cancellation)
    {
        if (roles[delegator].Delegations is not { } delegations)
        {
            return;
        }

        foreach (var role in delegations.Roles.Where(role => !roles.ContainsKey(role.Name)))
        {
            var json = await ReadAsync(reader, root, role.Name, TrustedMetadata.Meta(snapshot, role.Name), cancellation).ConfigureAwait(false);
            var envelope = MetadataReader.Targets(json, role.Name);
            RequireSigned(envelope.IsSignedBy(role.Keys, delegations.Keys), role.Name);
            roles[role.Name] = envelope.Signed;
            await LoadDelegatedAsync(reader, root, snapshot, roles, role.Name, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> ReadAsync(IRepositoryReader reader, RootMetadata root, string role, MetaFile meta, CancellationToken cancellation)
    {
        var name = RoleNames.FileName(role, root.ConsistentSnapshot ? meta.Version : null);
        var json = await reader.ReadAsync(name, cancellation).ConfigureAwait(false) ?? throw new TufException(TufFailure.NotFound, $"{name} is missing from the repository");
        return meta.Hashes?.Match(json) == false ? throw new TufException(TufFailure.Mismatch, $"{name} is not the file that was published: its hash is another") : json;
    }

    private static T Checked<T>(Envelope<T> envelope, string role, List<RootMetadata> roots, List<string> stale)
        where T : RoleMetadata
    {
        if (!IsSigned(roots[^1]))
        {
            RequireSigned(roots.Count > 1 && IsSigned(roots[^2]), role);
            stale.Add(role);
        }

        return envelope.Signed;

        bool IsSigned(RootMetadata root)
        {
            IReadOnlyDictionary<string, PublicKey> keys = root.Keys;
            return envelope.IsSignedBy(root.Roles[role], keys);
        }
    }

    private static void RequireSigned(bool signed, string role)
    {
        if (!signed)
        {
            throw new TufException(TufFailure.Unsigned, $"the repository's metadata of {role} does not have the signatures that it needs: it was changed, or belongs to other keys");
        }
    }
}
