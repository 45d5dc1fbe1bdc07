// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Tuf.Json;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Repository;

/// <summary>
/// Metadata that waits for signatures, as a file that is carried to the machines that have the keys (<c>docs/formats.md</c>, signing request).
/// It names whose signatures are needed; the repository checks against its own roles when it comes back.
/// </summary>
public sealed class SigningRequest
{
    private const string Format = "banana-signing-request";
    private const int FormatVersion = 1;
    private readonly IReadOnlyList<Signature> signatures;

    internal SigningRequest(string role, IReadOnlyList<Authority> authorities, RoleMetadata metadata, ReadOnlyMemory<byte> signedBytes, IReadOnlyList<Signature> signatures)
    {
        Role = role;
        Authorities = authorities;
        Metadata = metadata;
        SignedBytes = signedBytes;
        this.signatures = signatures;
    }

    /// <summary>Keys of which a number has to sign.</summary>
    /// <param name="Keys">The role's keys and threshold.</param>
    /// <param name="AllKeys">The keys themselves, by id.</param>
    public sealed record Authority(RoleKeys Keys, IReadOnlyDictionary<string, PublicKey> AllKeys);

    /// <summary>The role whose metadata it is.</summary>
    public string Role { get; }

    /// <summary>Who has to sign: for a new root the keys of the old one and its own.</summary>
    public IReadOnlyList<Authority> Authorities { get; }

    /// <summary>What is signed.</summary>
    public RoleMetadata Metadata { get; }

    /// <summary>The bytes that are signed, for a token or another tool.</summary>
    public ReadOnlyMemory<byte> SignedBytes { get; }

    /// <summary>The signatures so far.</summary>
    public IReadOnlyList<Signature> Signatures => signatures;

    /// <summary>Whether every authority has enough valid signatures.</summary>
    public bool IsComplete => Authorities.All(authority => Envelope().IsSignedBy(authority.Keys, authority.AllKeys));

    /// <summary>For each authority: the keys that have signed, and how many more are needed.</summary>
    public IReadOnlyList<(Authority Authority, IReadOnlyList<string> Signed, int Missing)> Progress => [.. Authorities.Select(authority =>
    {
        var valid = Envelope().ValidSignatures(authority.Keys, authority.AllKeys);
        return (authority, valid, Math.Max(0, authority.Keys.Threshold - valid.Count));
    })];

    /// <summary>Reads the file.</summary>
    /// <exception cref="TufException">It is no signing request, or one of a newer format.</exception>
    public static SigningRequest Parse(ReadOnlyMemory<byte> json) => JsonFields.Parse(json, "the signing request", root =>
    {
        if (!JsonFields.Has(root, "format") || JsonFields.String(root, "format") != Format)
        {
            throw new TufException(TufFailure.Malformed, "this is no signing request");
        }

        if (JsonFields.Positive(root, "version") != FormatVersion)
        {
            throw new TufException(TufFailure.Malformed, "the signing request is of a newer format");
        }

        var role = JsonFields.String(root, "role");
        List<Authority> authorities = [];
        foreach (var item in JsonFields.Array(root, "authorities").EnumerateArray())
        {
            var keys = JsonFields.Object(item, "keys").EnumerateObject().ToDictionary(key => key.Name, key => PublicKey.Read(key.Name, key.Value), StringComparer.Ordinal);
            authorities.Add(new(new(JsonFields.Strings(item, "keyids"), (int)Math.Min(int.MaxValue, JsonFields.Positive(item, "threshold"))), keys));
        }

        var metadata = CanonicalJson.ToJson(CanonicalJson.Encode(JsonFields.Object(root, "metadata")));
        return role switch
        {
            RoleNames.Root => Of(role, authorities, MetadataReader.Root(metadata)),
            RoleNames.Snapshot => Of(role, authorities, MetadataReader.Snapshot(metadata)),
            RoleNames.Timestamp => Of(role, authorities, MetadataReader.Timestamp(metadata)),
            _ => Of(role, authorities, MetadataReader.Targets(metadata, role)),
        };
    });

    /// <summary>The bytes of the file.</summary>
    public byte[] Encode() => MetadataWriter.Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("format"u8, Format);
        writer.WriteNumber("version"u8, FormatVersion);
        writer.WriteString("role"u8, Role);
        writer.WriteStartArray("authorities"u8);
        foreach (var authority in Authorities)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("keyids"u8);
            foreach (var id in authority.Keys.KeyIds)
            {
                writer.WriteStringValue(id);
            }

            writer.WriteEndArray();
            writer.WriteNumber("threshold"u8, authority.Keys.Threshold);
            writer.WriteStartObject("keys"u8);
            foreach (var id in authority.Keys.KeyIds.Where(authority.AllKeys.ContainsKey))
            {
                writer.WritePropertyName(id);
                authority.AllKeys[id].Json.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("metadata"u8);
        writer.WriteRawValue(MetadataWriter.Encode(Envelope()), skipInputValidation: true);
        writer.WriteEndObject();
    });

    /// <summary>With the signature of a key.</summary>
    /// <exception cref="TufException">No authority asks for this key.</exception>
    public SigningRequest Sign(PrivateKey key) => Authorities.Any(authority => authority.Keys.KeyIds.Contains(key.Public.Id, StringComparer.Ordinal))
        ? With(Envelope().Sign(key))
        : throw new TufException(TufFailure.Key, $"the key {key.Public.Id[..12]} is none of those that sign {Role}");

    /// <summary>With a signature that was made elsewhere.</summary>
    public SigningRequest Import(Signature signature) => With(Envelope().With(signature));

    /// <summary>With the signatures of another copy of the same request, which was signed by somebody else at the same time.</summary>
    /// <exception cref="TufException">It is a request for other bytes.</exception>
    public SigningRequest Merge(SigningRequest other) => other.SignedBytes.Span.SequenceEqual(SignedBytes.Span)
        ? With(other.Signatures.Aggregate(Envelope(), (envelope, signature) => envelope.With(signature)))
        : throw new TufException(TufFailure.Mismatch, $"the two requests for {Role} are not for the same bytes");

    internal static SigningRequest Of<T>(string role, IReadOnlyList<Authority> authorities, Envelope<T> envelope)
        where T : RoleMetadata => new(role, authorities, envelope.Signed, envelope.SignedBytes, envelope.Signatures);

    internal Envelope<RoleMetadata> Envelope() => new(Metadata, SignedBytes, signatures);

    private SigningRequest With(Envelope<RoleMetadata> envelope) => new(Role, Authorities, Metadata, SignedBytes, envelope.Signatures);
}
