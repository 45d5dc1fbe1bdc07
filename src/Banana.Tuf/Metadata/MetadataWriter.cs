// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Tuf.Json;
using Banana.Tuf.Keys;

namespace Banana.Tuf.Metadata;

/// <summary>Writes metadata (specification 4) as sorted JSON without white space.</summary>
public static class MetadataWriter
{
    /// <summary>Metadata without signatures, ready to be signed.</summary>
    public static Envelope<T> Unsigned<T>(T metadata)
        where T : RoleMetadata => new(metadata, Canonical(writer => Write(writer, metadata)), []);

    /// <summary>The bytes of the file.</summary>
    public static byte[] Encode<T>(Envelope<T> envelope)
        where T : RoleMetadata => Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("signatures"u8);
            foreach (var signature in envelope.Signatures)
            {
                writer.WriteStartObject();
                writer.WriteString("keyid"u8, signature.KeyId);
                writer.WriteString("sig"u8, signature.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("signed"u8);
            writer.WriteRawValue(CanonicalJson.ToJson(envelope.SignedBytes.Span), skipInputValidation: true);
            writer.WriteEndObject();
        });

    internal static byte[] Json(Action<Utf8JsonWriter> write) => CanonicalJson.ToJson(Canonical(write));

    private static byte[] Canonical(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return JsonFields.Parse(stream.ToArray(), "the new metadata", CanonicalJson.Encode);
    }

    private static void Write(Utf8JsonWriter writer, RoleMetadata metadata)
    {
        writer.WriteStartObject();
        writer.WriteString("_type"u8, metadata.Type);
        writer.WriteNumber("version"u8, metadata.Version);
        writer.WriteString("expires"u8, JsonFields.Time(metadata.Expires));
        writer.WriteString("spec_version"u8, metadata.SpecVersion);
        switch (metadata)
        {
            case RootMetadata root:
                writer.WriteBoolean("consistent_snapshot"u8, root.ConsistentSnapshot);
                WriteKeys(writer, root.Keys);
                writer.WriteStartObject("roles"u8);
                foreach (var (name, keys) in root.Roles)
                {
                    writer.WriteStartObject(name);
                    WriteRoleKeys(writer, keys);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
                break;
            case TimestampMetadata timestamp:
                if (timestamp.Signed is { } signed)
                {
                    writer.WriteString(TimestampMetadata.SignedField, JsonFields.Time(signed));
                }

                WriteMeta(writer, [new("snapshot.json", timestamp.Snapshot)]);
                break;
            case SnapshotMetadata snapshot:
                WriteMeta(writer, snapshot.Meta);
                break;
            case TargetsMetadata targets:
                WriteTargets(writer, targets);
                break;
            default:
                throw new ArgumentException(metadata.Type, nameof(metadata));
        }

        WriteUnknown(writer, metadata.Unknown);
        writer.WriteEndObject();
    }

    private static void WriteTargets(Utf8JsonWriter writer, TargetsMetadata metadata)
    {
        writer.WriteStartObject("targets"u8);
        foreach (var (path, target) in metadata.Targets)
        {
            writer.WriteStartObject(path);
            writer.WriteNumber("length"u8, target.Length);
            WriteHashes(writer, target.Hashes);
            if (target.Custom is { } custom)
            {
                writer.WritePropertyName("custom"u8);
                custom.WriteTo(writer);
            }

            WriteUnknown(writer, target.Unknown);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (metadata.Delegations is not { } delegations)
        {
            return;
        }

        writer.WriteStartObject("delegations"u8);
        WriteKeys(writer, delegations.Keys);
        writer.WriteStartArray("roles"u8);
        foreach (var role in delegations.Roles)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, role.Name);
            WriteRoleKeys(writer, role.Keys);
            writer.WriteBoolean("terminating"u8, role.Terminating);
            WriteStrings(writer, "paths", role.Paths);
            WriteStrings(writer, "path_hash_prefixes", role.PathHashPrefixes);
            WriteUnknown(writer, role.Unknown);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteUnknown(writer, delegations.Unknown);
        writer.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter writer, IReadOnlyDictionary<string, PublicKey> keys)
    {
        writer.WriteStartObject("keys"u8);
        foreach (var (id, key) in keys)
        {
            writer.WritePropertyName(id);
            key.Json.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WriteRoleKeys(Utf8JsonWriter writer, RoleKeys keys)
    {
        WriteStrings(writer, "keyids", keys.KeyIds);
        writer.WriteNumber("threshold"u8, keys.Threshold);
        WriteUnknown(writer, keys.Unknown);
    }

    private static void WriteMeta(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, MetaFile>> files)
    {
        writer.WriteStartObject("meta"u8);
        foreach (var (name, file) in files)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("version"u8, file.Version);
            if (file.Length is { } length)
            {
                writer.WriteNumber("length"u8, length);
            }

            if (file.Hashes is { } hashes)
            {
                WriteHashes(writer, hashes);
            }

            WriteUnknown(writer, file.Unknown);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteHashes(Utf8JsonWriter writer, TargetHashes hashes)
    {
        writer.WriteStartObject("hashes"u8);
        foreach (var (algorithm, value) in hashes.Values)
        {
            writer.WriteString(algorithm, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    private static void WriteUnknown(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> fields)
    {
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
