// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Tuf.Json;
using Banana.Tuf.Keys;

namespace Banana.Tuf.Metadata;

/// <summary>Reads metadata (specification 4). Strict in what the specification gives; fields that it does not know are kept. Nothing here is trusted yet.</summary>
public static class MetadataReader
{
    /// <summary>Reads root metadata.</summary>
    public static Envelope<RootMetadata> Root(ReadOnlyMemory<byte> json) => Read(json, RoleNames.Root, RoleNames.Root, ReadRoot);

    /// <summary>Reads timestamp metadata.</summary>
    public static Envelope<TimestampMetadata> Timestamp(ReadOnlyMemory<byte> json) => Read(json, RoleNames.Timestamp, RoleNames.Timestamp, ReadTimestamp);

    /// <summary>Reads snapshot metadata.</summary>
    public static Envelope<SnapshotMetadata> Snapshot(ReadOnlyMemory<byte> json) => Read(json, RoleNames.Snapshot, RoleNames.Snapshot, ReadSnapshot);

    /// <summary>Reads metadata of targets or of a delegated role.</summary>
    public static Envelope<TargetsMetadata> Targets(ReadOnlyMemory<byte> json, string role = RoleNames.Targets) => Read(json, role, RoleNames.Targets, ReadTargets);

    private static Envelope<T> Read<T>(ReadOnlyMemory<byte> json, string role, string type, Func<JsonElement, T> read)
        where T : RoleMetadata
    {
        try
        {
            return JsonFields.Parse(json, "the file", root =>
            {
                var signatures = ReadSignatures(root);
                var signed = JsonFields.Object(root, "signed");
                if (JsonFields.String(signed, "_type") is var found && found != type)
                {
                    throw new TufException(TufFailure.Malformed, $"it is of the type \"{Shorten(found)}\" in place of \"{type}\"");
                }

                if (!IsReadable(JsonFields.String(signed, "spec_version")))
                {
                    throw JsonFields.Wrong("spec_version", "a version 1.x of the specification");
                }

                return new Envelope<T>(read(signed), CanonicalJson.Encode(signed), signatures);
            });
        }
        catch (TufException error)
        {
            throw new TufException(error.Failure, $"metadata of {Shorten(role)}: {error.Message}", error);
        }
    }

    private static List<Signature> ReadSignatures(JsonElement root)
    {
        List<Signature> signatures = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (var item in JsonFields.Array(root, "signatures").EnumerateArray())
        {
            var signature = new Signature(JsonFields.String(item, "keyid"), JsonFields.String(item, "sig"));
            if (!ids.Add(signature.KeyId))
            {
                throw new TufException(TufFailure.Malformed, "a key has two signatures");
            }

            signatures.Add(signature);
        }

        return signatures;
    }

    private static bool IsReadable(string version) =>
        version.Split('.') is { Length: 2 or 3 } parts && parts[0] == "1" && parts.All(part => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit));

    private static RootMetadata ReadRoot(JsonElement json)
    {
        Dictionary<string, RoleKeys> roles = new(StringComparer.Ordinal);
        foreach (var role in JsonFields.Object(json, "roles").EnumerateObject())
        {
            roles[role.Name] = ReadRoleKeys(role.Value, "keyids", "threshold");
        }

        if (RoleNames.TopLevel.FirstOrDefault(role => !roles.ContainsKey(role)) is { } missing)
        {
            throw new TufException(TufFailure.Malformed, $"the role {missing} has no keys");
        }

        return new()
        {
            Version = JsonFields.Positive(json, "version"),
            Expires = JsonFields.Time(json, "expires"),
            SpecVersion = JsonFields.String(json, "spec_version"),
            ConsistentSnapshot = JsonFields.Has(json, "consistent_snapshot") && JsonFields.Boolean(json, "consistent_snapshot"),
            Keys = ReadKeys(json),
            Roles = roles,
            Unknown = JsonFields.Unknown(json, "_type", "version", "expires", "spec_version", "consistent_snapshot", "keys", "roles"),
        };
    }

    private static TimestampMetadata ReadTimestamp(JsonElement json)
    {
        var expires = JsonFields.Time(json, "expires");
        var signed = json.TryGetProperty(TimestampMetadata.SignedField, out var field) && field.ValueKind == JsonValueKind.String ? JsonFields.TryTime(field.GetString()!) : null;
        return new()
        {
            Version = JsonFields.Positive(json, "version"),
            Expires = expires,
            SpecVersion = JsonFields.String(json, "spec_version"),
            Snapshot = ReadMeta(json).TryGetValue("snapshot.json", out var snapshot) ? snapshot : throw new TufException(TufFailure.Malformed, "it names no snapshot.json"),
            // A time past its own date is a mistake, and must not push a device's clock.
            Signed = signed <= expires ? signed : null,
            Unknown = JsonFields.Unknown(json, "_type", "version", "expires", "spec_version", "meta", TimestampMetadata.SignedField),
        };
    }

    private static SnapshotMetadata ReadSnapshot(JsonElement json)
    {
        var meta = ReadMeta(json);
        if (!meta.ContainsKey("targets.json"))
        {
            throw new TufException(TufFailure.Malformed, "it names no targets.json");
        }

        return new()
        {
            Version = JsonFields.Positive(json, "version"),
            Expires = JsonFields.Time(json, "expires"),
            SpecVersion = JsonFields.String(json, "spec_version"),
            Meta = meta,
            Unknown = JsonFields.Unknown(json, "_type", "version", "expires", "spec_version", "meta"),
        };
    }

    private static TargetsMetadata ReadTargets(JsonElement json)
    {
        Dictionary<string, TargetFile> targets = new(StringComparer.Ordinal);
        foreach (var target in JsonFields.Object(json, "targets").EnumerateObject())
        {
            targets[target.Name] = new(JsonFields.Length(target.Value, "length"), ReadHashes(target.Value))
            {
                Custom = target.Value.TryGetProperty("custom", out var custom) ? custom.Clone() : null,
                Unknown = JsonFields.Unknown(target.Value, "length", "hashes", "custom"),
            };
        }

        return new()
        {
            Version = JsonFields.Positive(json, "version"),
            Expires = JsonFields.Time(json, "expires"),
            SpecVersion = JsonFields.String(json, "spec_version"),
            Targets = targets,
            Delegations = JsonFields.Has(json, "delegations") ? ReadDelegations(JsonFields.Object(json, "delegations")) : null,
            Unknown = JsonFields.Unknown(json, "_type", "version", "expires", "spec_version", "targets", "delegations"),
        };
    }

    private static Delegations ReadDelegations(JsonElement json)
    {
        List<DelegatedRole> roles = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var item in JsonFields.Array(json, "roles").EnumerateArray())
        {
            var role = new DelegatedRole
            {
                Name = JsonFields.String(item, "name"),
                Keys = ReadRoleKeys(item),
                Terminating = JsonFields.Boolean(item, "terminating"),
                Paths = JsonFields.Has(item, "paths") ? JsonFields.Strings(item, "paths") : null,
                PathHashPrefixes = JsonFields.Has(item, "path_hash_prefixes") ? JsonFields.Strings(item, "path_hash_prefixes") : null,
                Unknown = JsonFields.Unknown(item, "name", "keyids", "threshold", "terminating", "paths", "path_hash_prefixes"),
            };
            if (role.Name.Length is 0 or > 200 || RoleNames.TopLevel.Contains(role.Name, StringComparer.Ordinal) || !names.Add(role.Name))
            {
                throw new TufException(TufFailure.Malformed, $"the delegated role's name \"{Shorten(role.Name)}\" is empty, too long, there twice, or that of a top-level role");
            }

            if (role.Paths is null == role.PathHashPrefixes is null)
            {
                throw new TufException(TufFailure.Malformed, $"the delegated role {Shorten(role.Name)} has to have either \"paths\" or \"path_hash_prefixes\"");
            }

            roles.Add(role);
        }

        return new(ReadKeys(json), roles) { Unknown = JsonFields.Unknown(json, "keys", "roles") };
    }

    private static Dictionary<string, PublicKey> ReadKeys(JsonElement json)
    {
        Dictionary<string, PublicKey> keys = new(StringComparer.Ordinal);
        foreach (var key in JsonFields.Object(json, "keys").EnumerateObject())
        {
            keys[key.Name] = PublicKey.Read(key.Name, key.Value);
        }

        return keys;
    }

    private static RoleKeys ReadRoleKeys(JsonElement json, params ReadOnlySpan<string> known)
    {
        var ids = JsonFields.Strings(json, "keyids");
        var threshold = JsonFields.Positive(json, "threshold");
        if (threshold > int.MaxValue || ids.Distinct(StringComparer.Ordinal).Count() != ids.Count)
        {
            throw new TufException(TufFailure.Malformed, "a role has a key twice, or a threshold that is too large");
        }

        return new(ids, (int)threshold) { Unknown = known.IsEmpty ? JsonFields.None : JsonFields.Unknown(json, known) };
    }

    private static Dictionary<string, MetaFile> ReadMeta(JsonElement json)
    {
        Dictionary<string, MetaFile> meta = new(StringComparer.Ordinal);
        foreach (var file in JsonFields.Object(json, "meta").EnumerateObject())
        {
            meta[file.Name] = new(
                JsonFields.Positive(file.Value, "version"),
                JsonFields.Has(file.Value, "length") ? JsonFields.Length(file.Value, "length") : null,
                JsonFields.Has(file.Value, "hashes") ? ReadHashes(file.Value) : null)
            {
                Unknown = JsonFields.Unknown(file.Value, "version", "length", "hashes"),
            };
        }

        return meta;
    }

    private static TargetHashes ReadHashes(JsonElement json)
    {
        Dictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (var hash in JsonFields.Object(json, "hashes").EnumerateObject())
        {
            var value = hash.Value.ValueKind == JsonValueKind.String ? hash.Value.GetString()! : throw JsonFields.Wrong("hashes", "hexadecimal text by algorithm");
            // The value stands in file names: only digits get there.
            hashes[hash.Name] = value.Length is > 0 and <= 256 && value.All(char.IsAsciiHexDigit) ? value.ToLowerInvariant() : throw JsonFields.Wrong("hashes", "hexadecimal text by algorithm");
        }

        return hashes.Count > 0 ? new(hashes) : throw JsonFields.Wrong("hashes", "at least one hash");
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
