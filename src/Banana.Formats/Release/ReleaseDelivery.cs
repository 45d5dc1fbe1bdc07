// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;

namespace Banana.Formats.Release;

/// <summary>
/// <c>delivery.json</c>: where the parts of a release are in a repository and in which ways they can be had cheaper than whole.
/// It lies beside the manifest and decides nothing: whatever way is taken, the result is checked against the manifest. It may be
/// written anew (another patch) while the manifest never changes. Specified in docs/formats.md.
/// </summary>
public sealed record ReleaseDelivery
{
    /// <summary>The format that is written.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Its name in the folder of a release in a repository, before it gets its digest.</summary>
    public const string FileName = "delivery.json";

    /// <summary>The format of the file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The edition.</summary>
    public required string Edition { get; init; }

    /// <summary>The version.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>The parts that are in the repository.</summary>
    public required IReadOnlyList<DeliveredPart> Parts { get; init; }

    /// <summary>What the verity tree can be made from together with the image; null: it has to be fetched.</summary>
    public DeliveredVerity? Verity { get; init; }

    /// <summary>Patches of the usr image.</summary>
    public IReadOnlyList<DeliveredPatch> Patches { get; init => field = value ?? []; } = []; // generated code sets null when the key is missing

    /// <summary>Reads and checks the bytes.</summary>
    /// <exception cref="BananaException">It is malformed, contradicts itself, or is of a newer format.</exception>
    public static ReleaseDelivery Parse(ReadOnlySpan<byte> json, string where)
    {
        var delivery = ReleaseJson.Deserialize(json, ReleaseJson.Canonical.ReleaseDelivery, CurrentFormat, where);
        ReleaseJson.Require(delivery.Edition.Length > 0, where, "'edition' is empty");
        var roles = new HashSet<PartRole>();
        foreach (var part in delivery.Parts)
        {
            ReleaseJson.Require(part is not null, where, "'parts' has an empty entry");
            ReleaseJson.Require(roles.Add(part.Role), where, $"the role of '{part.Object.Key}' is there twice");
            Check(part.Object, where);
            if (part.Index is { } index)
            {
                Check(index.Object, where);
                ReleaseJson.Require(index.Minimum > 0 && index.Minimum <= index.Average && index.Average <= index.Maximum, where, "the chunk sizes of an index are in no order");
            }

            ReleaseJson.Require(part.Reuse.All(reuse => reuse is { Bytes: >= 0, Requests: >= 0 }), where, "a price is negative or empty");
        }

        foreach (var patch in delivery.Patches)
        {
            ReleaseJson.Require(patch is not null, where, "'patches' has an empty entry");
            Check(patch.Object, where);
            ReleaseJson.Require(Sha256Digest.IsValid(patch.FromSha256), where, "'fromSha256' is not a SHA-256");
        }

        ReleaseJson.Require(delivery.Verity is not { } verity || IsSalt(verity.Salt), where, "'salt' is no salt (lower-case hexadecimal digits, two for each of at most 256 bytes)");
        return delivery;
    }

    /// <summary>The canonical bytes.</summary>
    public byte[] ToJson() => ReleaseJson.Serialize(this, ReleaseJson.Canonical.ReleaseDelivery);

    /// <summary>The part of a role, or null.</summary>
    public DeliveredPart? Find(PartRole role) => Parts.FirstOrDefault(part => part.Role == role);

    // Bounded by the superblock's field.
    private static bool IsSalt(string salt) => salt.Length % 2 == 0 && salt.Length <= 512 && salt.All(char.IsAsciiHexDigitLower);

    private static void Check(DeliveredObject found, string where)
    {
        var key = found.Key;
        var sound = key.Length is > 0 and <= 512 && key[0] != '/' && !key.AsSpan().ContainsAny('\\', '\0') && !key.Split('/').Any(segment => segment.Length == 0 || segment[0] == '.');
        ReleaseJson.Require(sound, where, $"'{key}' is no place in a repository");
        ReleaseJson.Require(found.Size >= 0 && Sha256Digest.IsValid(found.Sha256), where, $"the size or digest of '{key}' is wrong");
    }
}

/// <summary>An object of a repository.</summary>
public sealed record DeliveredObject
{
    /// <summary>Its key, relative to the repository.</summary>
    public required string Key { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Its SHA-256.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>A part in a repository.</summary>
public sealed record DeliveredPart
{
    /// <summary>What it is for.</summary>
    public required PartRole Role { get; init; }

    /// <summary>The whole part.</summary>
    public required DeliveredObject Object { get; init; }

    /// <summary>Its chunk index; null: it can only be had whole.</summary>
    public DeliveredIndex? Index { get; init; }

    /// <summary>What chunks cost for a device that has an earlier release.</summary>
    public IReadOnlyList<DeliveredReuse> Reuse { get; init => field = value ?? []; } = [];
}

/// <summary>A chunk index (casync's .caibx).</summary>
public sealed record DeliveredIndex
{
    /// <summary>The index.</summary>
    public required DeliveredObject Object { get; init; }

    /// <summary>The smallest chunk in bytes.</summary>
    public required int Minimum { get; init; }

    /// <summary>The average chunk in bytes.</summary>
    public required int Average { get; init; }

    /// <summary>The largest chunk in bytes.</summary>
    public required int Maximum { get; init; }
}

/// <summary>What has to be fetched of a part when the same part of an earlier release is there.</summary>
public sealed record DeliveredReuse
{
    /// <summary>The earlier release.</summary>
    public required ReleaseVersion From { get; init; }

    /// <summary>The bytes of the ranges that are fetched, without the index.</summary>
    public required long Bytes { get; init; }

    /// <summary>How many ranges there are.</summary>
    public required int Requests { get; init; }
}

/// <summary>A patch (docs/formats.md).</summary>
public sealed record DeliveredPatch
{
    /// <summary>The release that it is for.</summary>
    public required ReleaseVersion From { get; init; }

    /// <summary>The SHA-256 of that release's usr image.</summary>
    public required string FromSha256 { get; init; }

    /// <summary>The patch.</summary>
    public required DeliveredObject Object { get; init; }
}

/// <summary>The superblock of a verity tree.</summary>
public sealed record DeliveredVerity
{
    /// <summary>The UUID.</summary>
    [JsonConverter(typeof(UuidJsonConverter))]
    public required Guid Uuid { get; init; }

    /// <summary>The salt, hexadecimal.</summary>
    public required string Salt { get; init; }
}

/// <summary>Writes a UUID as RFC 9562 has it, in lower case, and takes nothing else for it.</summary>
internal sealed class UuidJsonConverter : JsonConverter<Guid>
{
    /// <inheritdoc/>
    public override Guid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && Guid.TryParseExact(text, "D", out var uuid) && uuid.ToString("D") == text
            ? uuid
            : throw new JsonException("a UUID is written in lower case, for example \"6ba7b810-9dad-11d1-80b4-00c04fd430c8\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString("D"));
}
