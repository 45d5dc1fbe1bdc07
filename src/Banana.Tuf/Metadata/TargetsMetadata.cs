// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Tuf.Json;
using Banana.Tuf.Keys;

namespace Banana.Tuf.Metadata;

/// <summary>targets.json and the metadata of delegated roles (specification 4.5).</summary>
public sealed record TargetsMetadata : RoleMetadata
{
    /// <inheritdoc/>
    public override string Type => RoleNames.Targets;

    /// <summary>What may be installed, by target path.</summary>
    public IReadOnlyDictionary<string, TargetFile> Targets { get; init; } = new Dictionary<string, TargetFile>(StringComparer.Ordinal);

    /// <summary>Whom parts are delegated to.</summary>
    public Delegations? Delegations { get; init; }
}

/// <summary>A target: the one form in which a client accepts a file.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Hashes">SHA-256, SHA-512 or both.</param>
public sealed record TargetFile(long Length, TargetHashes Hashes)
{
    /// <summary>The field <c>custom</c>, which is the application's.</summary>
    public JsonElement? Custom { get; init; }

    /// <summary>Fields that this reader does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;

    /// <summary>Describes bytes, by SHA-256.</summary>
    public static TargetFile Of(ReadOnlySpan<byte> content, JsonElement? custom = null) => new(content.Length, TargetHashes.Of(content)) { Custom = custom };

    /// <summary>Describes a file, by SHA-256.</summary>
    public static async Task<TargetFile> OfAsync(Stream content, JsonElement? custom = null, CancellationToken cancellation = default)
    {
        var hash = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(content, cancellation).ConfigureAwait(false));
        return new(content.Position, new TargetHashes(new Dictionary<string, string>(StringComparer.Ordinal) { [TargetHashes.Sha256] = hash })) { Custom = custom };
    }
}

/// <summary>The keys and roles that a targets role delegates to; the order of roles is their priority.</summary>
/// <param name="Keys">Keys by id.</param>
/// <param name="Roles">Roles, the first before the others.</param>
public sealed record Delegations(IReadOnlyDictionary<string, PublicKey> Keys, IReadOnlyList<DelegatedRole> Roles)
{
    /// <summary>Fields that this reader does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;
}

/// <summary>A role that some target paths are delegated to: by patterns, or by the first digits of the path's SHA-256.</summary>
public sealed record DelegatedRole
{
    /// <summary>Its name; ours are <c>CHANNEL-EDITION</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its keys and threshold.</summary>
    public required RoleKeys Keys { get; init; }

    /// <summary>Whether the search ends here when this role has the path but not the target.</summary>
    public bool Terminating { get; init; }

    /// <summary>Patterns: <c>*</c> and <c>?</c>, which never match a slash. Null when prefixes are given.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>First hexadecimal digits of the SHA-256 of paths. Null when patterns are given.</summary>
    public IReadOnlyList<string>? PathHashPrefixes { get; init; }

    /// <summary>Fields that this reader does not know.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unknown { get; init; } = JsonFields.None;

    /// <summary>Whether a target path is delegated to it.</summary>
    public bool Covers(string targetPath)
    {
        if (PathHashPrefixes is { } prefixes)
        {
            var hash = TargetHashes.Of(System.Text.Encoding.UTF8.GetBytes(targetPath)).Values[TargetHashes.Sha256];
            return prefixes.Any(prefix => hash.StartsWith(prefix, StringComparison.Ordinal));
        }

        return Paths?.Any(pattern => PathPattern.Matches(pattern, targetPath)) ?? false;
    }
}
