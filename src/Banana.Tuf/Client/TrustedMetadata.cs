// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Client;

/// <summary>The checks of the client workflow (specification 5), without files or network: bytes go in, trusted metadata comes out or an error.</summary>
internal static class TrustedMetadata
{
    /// <summary>A root that we begin with: it has to be signed by its own keys.</summary>
    public static Envelope<RootMetadata> FirstRoot(byte[] json)
    {
        var root = MetadataReader.Root(json);
        RequireSignatures(root, RoleNames.Root, root.Signed.Roles[RoleNames.Root], root.Signed.Keys);
        return root;
    }

    /// <summary>The next root (5.3.4, 5.3.5): signed by the keys of the old and of its own, with exactly the next version.</summary>
    public static Envelope<RootMetadata> NextRoot(RootMetadata trusted, byte[] json)
    {
        var root = MetadataReader.Root(json);
        RequireSignatures(root, RoleNames.Root, trusted.Roles[RoleNames.Root], trusted.Keys);
        RequireSignatures(root, RoleNames.Root, root.Signed.Roles[RoleNames.Root], root.Signed.Keys);
        return root.Signed.Version == trusted.Version + 1
            ? root
            : throw new TufException(TufFailure.Mismatch, $"root has version {root.Signed.Version} in place of {trusted.Version + 1}");
    }

    /// <summary>Whether a key of a role was taken away: then what it signed is not to be built upon (5.3.11).</summary>
    public static bool IsRotated(RootMetadata before, RootMetadata after, string role)
    {
        var materials = Materials(after, role);
        return Materials(before, role).Any(material => !materials.Contains(material));
    }

    /// <summary>A timestamp (5.4). Returns the trusted one when the new one has the same version.</summary>
    public static Envelope<TimestampMetadata> Timestamp(RootMetadata root, Envelope<TimestampMetadata>? trusted, byte[] json, DateTimeOffset now)
    {
        var timestamp = MetadataReader.Timestamp(json);
        RequireSignatures(timestamp, RoleNames.Timestamp, root.Roles[RoleNames.Timestamp], root.Keys);
        if (trusted is not null)
        {
            if (timestamp.Signed.Version == trusted.Signed.Version)
            {
                RequireFresh(trusted.Signed, RoleNames.Timestamp, now);
                return trusted;
            }

            RequireNotOlder(RoleNames.Timestamp, timestamp.Signed.Version, trusted.Signed.Version);
            RequireNotOlder(RoleNames.Snapshot, timestamp.Signed.Snapshot.Version, trusted.Signed.Snapshot.Version);
        }

        RequireFresh(timestamp.Signed, RoleNames.Timestamp, now);
        return timestamp;
    }

    /// <summary>A snapshot (5.5).</summary>
    public static Envelope<SnapshotMetadata> Snapshot(RootMetadata root, TimestampMetadata timestamp, Envelope<SnapshotMetadata>? trusted, byte[] json, DateTimeOffset now)
    {
        RequireMatch(timestamp.Snapshot, RoleNames.Snapshot, json);
        var snapshot = MetadataReader.Snapshot(json);
        RequireSignatures(snapshot, RoleNames.Snapshot, root.Roles[RoleNames.Snapshot], root.Keys);
        RequireVersion(RoleNames.Snapshot, snapshot.Signed.Version, timestamp.Snapshot.Version);
        foreach (var (name, before) in trusted?.Signed.Meta ?? new Dictionary<string, MetaFile>(StringComparer.Ordinal))
        {
            if (!snapshot.Signed.Meta.TryGetValue(name, out var after))
            {
                throw new TufException(TufFailure.Rollback, $"the snapshot names {name} no longer, which an earlier one named");
            }

            RequireNotOlder(name, after.Version, before.Version);
        }

        RequireFresh(snapshot.Signed, RoleNames.Snapshot, now);
        return snapshot;
    }

    /// <summary>Metadata of targets or of a delegated role (5.6).</summary>
    public static Envelope<TargetsMetadata> Targets(SnapshotMetadata snapshot, string role, RoleKeys roleKeys, IReadOnlyDictionary<string, PublicKey> keys, byte[] json, DateTimeOffset now)
    {
        var meta = Meta(snapshot, role);
        RequireMatch(meta, role, json);
        var targets = MetadataReader.Targets(json, role);
        RequireSignatures(targets, role, roleKeys, keys);
        RequireVersion(role, targets.Signed.Version, meta.Version);
        RequireFresh(targets.Signed, role, now);
        return targets;
    }

    /// <summary>What a snapshot says of a role's metadata.</summary>
    public static MetaFile Meta(SnapshotMetadata snapshot, string role) => snapshot.Meta.TryGetValue($"{role}.json", out var meta)
        ? meta
        : throw new TufException(TufFailure.Mismatch, $"the snapshot does not name the metadata of {role}");

    /// <summary>Local metadata that stays a lower bound for versions although it may be expired.</summary>
    public static Envelope<T>? AsBound<T>(Envelope<T> metadata, string role, RootMetadata root)
        where T : RoleMetadata => metadata.IsSignedBy(root.Roles[role], root.Keys) ? metadata : null;

    /// <summary>Metadata is trusted before its date, not at it.</summary>
    public static void RequireFresh(RoleMetadata metadata, string role, DateTimeOffset now)
    {
        if (metadata.Expires <= now)
        {
            throw new TufException(TufFailure.Expired, $"metadata of {role}, version {metadata.Version}, expired at {metadata.Expires:yyyy-MM-dd HH:mm:ss} UTC; it is {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}");
        }
    }

    private static HashSet<string> Materials(RootMetadata root, string role) =>
        new(root.Roles[role].KeyIds.Select(id => root.Keys.TryGetValue(id, out var key) ? key.Material : id), StringComparer.Ordinal);

    private static void RequireSignatures<T>(Envelope<T> metadata, string role, RoleKeys roleKeys, IReadOnlyDictionary<string, PublicKey> keys)
        where T : RoleMetadata
    {
        var count = metadata.ValidSignatures(roleKeys, keys).Count;
        if (count < roleKeys.Threshold)
        {
            throw new TufException(TufFailure.Unsigned, $"metadata of {role}, version {metadata.Signed.Version}, has {count} valid signatures of the {roleKeys.Threshold} that it needs");
        }
    }

    private static void RequireMatch(MetaFile meta, string role, byte[] json)
    {
        if ((meta.Length is { } length && json.Length != length) || meta.Hashes?.Match(json) == false)
        {
            throw new TufException(TufFailure.Mismatch, $"metadata of {role} has another length or hash than the trusted metadata names");
        }
    }

    private static void RequireVersion(string role, long found, long expected)
    {
        if (found != expected)
        {
            throw new TufException(TufFailure.Mismatch, $"metadata of {role} has version {found} in place of {expected}");
        }
    }

    private static void RequireNotOlder(string role, long found, long trusted)
    {
        if (found < trusted)
        {
            throw new TufException(TufFailure.Rollback, $"{role} has version {found}, older than {trusted}, which was trusted before");
        }
    }
}
