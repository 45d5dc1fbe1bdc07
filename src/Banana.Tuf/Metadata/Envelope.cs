// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;

namespace Banana.Tuf.Metadata;

/// <summary>A signature of metadata.</summary>
/// <param name="KeyId">The key's name.</param>
/// <param name="Value">Hexadecimal; may be empty, as tools write it that wait for a signature.</param>
public sealed record Signature(string KeyId, string Value);

/// <summary>Metadata with its signatures (specification 4.2).</summary>
/// <typeparam name="T">The role's metadata.</typeparam>
/// <param name="Signed">What is signed.</param>
/// <param name="SignedBytes">Its canonical bytes, with every field that was read.</param>
/// <param name="Signatures">At most one for each key.</param>
public sealed record Envelope<T>(T Signed, ReadOnlyMemory<byte> SignedBytes, IReadOnlyList<Signature> Signatures)
    where T : RoleMetadata
{
    /// <summary>The ids of distinct keys of a role whose signatures hold. One key under two names counts once.</summary>
    public IReadOnlyList<string> ValidSignatures(RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys)
    {
        HashSet<string> materials = new(StringComparer.Ordinal);
        List<string> valid = [];
        foreach (var id in role.KeyIds.Distinct(StringComparer.Ordinal))
        {
            if (keys.TryGetValue(id, out var key)
                && Signatures.FirstOrDefault(signature => signature.KeyId == id) is { } found
                && found.Value.Length % 2 == 0 && found.Value.All(char.IsAsciiHexDigit)
                && !materials.Contains(key.Material)
                && key.Verify(SignedBytes.Span, Convert.FromHexString(found.Value)))
            {
                materials.Add(key.Material);
                valid.Add(id);
            }
        }

        return valid;
    }

    /// <summary>Whether the role's threshold is reached.</summary>
    public bool IsSignedBy(RoleKeys role, IReadOnlyDictionary<string, PublicKey> keys) => ValidSignatures(role, keys).Count >= role.Threshold;

    /// <summary>With a signature of a key; an earlier one of the same key is replaced.</summary>
    public Envelope<T> Sign(PrivateKey key) => With(new Signature(key.Public.Id, Convert.ToHexStringLower(key.Sign(SignedBytes.Span))));

    /// <summary>With a signature that was made elsewhere.</summary>
    public Envelope<T> With(Signature signature) => this with { Signatures = [.. Signatures.Where(other => other.KeyId != signature.KeyId), signature] };
}
