// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Tuf.Json;
using Banana.Tuf.Keys;

namespace Banana.Tuf.Metadata;

/// <summary>What all roles' signed metadata has (specification 4.3).</summary>
public abstract record RoleMetadata
{
    /// <summary>The version of the specification that we write.</summary>
    public const string Specification = "1.0.31";

    /// <summary>From 1, and greater with each change.</summary>
    public required long Version { get; init; }

    /// <summary>When clients stop to trust it (UTC, whole seconds).</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>The version of the specification that it was written for; 1.x is read.</summary>
    public string SpecVersion { get; init; } = Specification;

    /// <summary>Fields that this reader does not know; they are signed, and kept.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;

    /// <summary><c>_type</c>.</summary>
    public abstract string Type { get; }
}

/// <summary>The keys of a role, and how many of them must have signed.</summary>
/// <param name="KeyIds">Names of keys, each once.</param>
/// <param name="Threshold">From 1.</param>
public sealed record RoleKeys(IReadOnlyList<string> KeyIds, int Threshold)
{
    /// <summary>Fields that this reader does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;
}

/// <summary>root.json (4.3): the keys of the four top-level roles.</summary>
public sealed record RootMetadata : RoleMetadata
{
    /// <inheritdoc/>
    public override string Type => RoleNames.Root;

    /// <summary>Whether file names carry versions and hashes (6.2).</summary>
    public bool ConsistentSnapshot { get; init; }

    /// <summary>All keys by their id.</summary>
    public required IReadOnlyDictionary<string, PublicKey> Keys { get; init; }

    /// <summary>The top-level roles.</summary>
    public required IReadOnlyDictionary<string, RoleKeys> Roles { get; init; }
}

/// <summary>What one metadata file says of another (4.4).</summary>
/// <param name="Version">Its version.</param>
/// <param name="Length">Its length in bytes, when given.</param>
/// <param name="Hashes">Its hashes, when given.</param>
public sealed record MetaFile(long Version, long? Length = null, TargetHashes? Hashes = null)
{
    /// <summary>Fields that this reader does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;
}

/// <summary>timestamp.json (4.6): the newest snapshot.</summary>
public sealed record TimestampMetadata : RoleMetadata
{
    /// <summary>The field that carries <see cref="Signed"/>; the specification has none, and other clients pass over it.</summary>
    public const string SignedField = "x-signed";

    /// <inheritdoc/>
    public override string Type => RoleNames.Timestamp;

    /// <summary>The snapshot.</summary>
    public required MetaFile Snapshot { get; init; }

    /// <summary>When it was signed, when it says so: the clock of a device that trusts this metadata cannot be earlier.</summary>
    public DateTimeOffset? Signed { get; init; }
}

/// <summary>snapshot.json (4.4): the versions of all targets metadata.</summary>
public sealed record SnapshotMetadata : RoleMetadata
{
    /// <inheritdoc/>
    public override string Type => RoleNames.Snapshot;

    /// <summary>By file name without version: <c>targets.json</c>, <c>stable-plasma.json</c>.</summary>
    public required IReadOnlyDictionary<string, MetaFile> Meta { get; init; }
}
