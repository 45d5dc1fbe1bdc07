// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banana.Formats.Release;

/// <summary>What a part of a release is for. A release has at most one part of each role.</summary>
[JsonConverter(typeof(PartRoleJsonConverter))]
public enum PartRole
{
    /// <summary>The erofs image of /usr.</summary>
    Usr,

    /// <summary>The verity hash tree of the image of /usr.</summary>
    UsrVerity,

    /// <summary>The unified kernel image (UKI).</summary>
    Uki,

    /// <summary>The file system of the EFI system partition.</summary>
    Esp,

    /// <summary>The whole disk image, ready to boot.</summary>
    Disk,

    /// <summary>The software bill of materials (SPDX).</summary>
    Sbom,

    /// <summary>The package list (<c>packages.json</c>).</summary>
    Packages,
}

/// <summary>
/// Writes a role as its name, and takes nothing else for it: the library's own converter also takes other cases, and lists
/// ("usr, uki") of which it adds the numbers.
/// </summary>
internal sealed class PartRoleJsonConverter : JsonConverter<PartRole>
{
    private static readonly Dictionary<string, PartRole> Names = Enum.GetValues<PartRole>().ToDictionary(ReleaseDirectory.NameOf, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override PartRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Names.TryGetValue(reader.GetString()!, out var role)
            ? role
            : throw new JsonException($"this is no role; roles are {string.Join(", ", Names.Keys)}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PartRole value, JsonSerializerOptions options) => writer.WriteStringValue(ReleaseDirectory.NameOf(value));
}

/// <summary>One file of a release.</summary>
public sealed record ReleasePart
{
    /// <summary>What it is for.</summary>
    public required PartRole Role { get; init; }

    /// <summary>Its name beside the manifest: a plain file name.</summary>
    public required string File { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Its SHA-256.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>How the image of /usr was packed: what another machine needs to pack the same bytes again.</summary>
public sealed record ReleaseImage
{
    /// <summary>The block size in bytes.</summary>
    public required int BlockSize { get; init; }

    /// <summary>The compressor and its level, as mkfs.erofs takes them ("zstd,3").</summary>
    public required string Compressor { get; init; }

    /// <summary>The largest physical cluster in bytes.</summary>
    public required int ClusterSize { get; init; }

    /// <summary>The version of erofs-utils ("1.9.4").</summary>
    public required string MkfsVersion { get; init; }
}
