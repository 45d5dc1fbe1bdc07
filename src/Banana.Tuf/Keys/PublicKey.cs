// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banana.Tuf.Json;

namespace Banana.Tuf.Keys;

/// <summary>A public key as metadata carries it (specification 4.2).</summary>
public sealed class PublicKey
{
    private PublicKey(string id, JsonElement json, string type, string scheme, string value)
    {
        Id = id;
        Json = json;
        Type = type;
        Scheme = scheme;
        Value = value;
    }

    /// <summary>Its name in metadata: for our own keys the SHA-256 of its canonical JSON; read keys keep the name that they came with.</summary>
    public string Id { get; }

    /// <summary>The JSON of the key with every field that it came with.</summary>
    public JsonElement Json { get; }

    /// <summary><c>ed25519</c>, <c>ecdsa</c>, <c>rsa</c>, or one that we do not know: such a key verifies nothing.</summary>
    public string Type { get; }

    /// <summary>The signature scheme.</summary>
    public string Scheme { get; }

    /// <summary>Hexadecimal for Ed25519, PEM (SubjectPublicKeyInfo) for the others.</summary>
    public string Value { get; }

    /// <summary>The key itself, however it is written: two names for it are one key.</summary>
    public string Material => PemEncoding.TryFind(Value, out var pem) ? string.Concat(Value[pem.Base64Data].Where(c => !char.IsWhiteSpace(c))) : Value.ToLowerInvariant();

    /// <summary>Reads a key of a <c>keys</c> object.</summary>
    public static PublicKey Read(string id, JsonElement json) =>
        new(id, json.Clone(), JsonFields.String(json, "keytype"), JsonFields.String(json, "scheme"), JsonFields.String(JsonFields.Object(json, "keyval"), "public"));

    /// <summary>Reads a key of a file of its own, as <see cref="PrivateKey"/>'s public half is handed over; its id is computed.</summary>
    public static PublicKey Parse(ReadOnlyMemory<byte> json) => JsonFields.Parse(json, "the public key", root =>
        Read(Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Encode(root))), root));

    /// <summary>Makes one from its parts.</summary>
    internal static PublicKey Create(string type, string scheme, string value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("keytype"u8, type);
            writer.WriteStartObject("keyval"u8);
            writer.WriteString("public"u8, value);
            writer.WriteEndObject();
            writer.WriteString("scheme"u8, scheme);
            writer.WriteEndObject();
        }

        return Parse(stream.ToArray());
    }

    /// <summary>Whether this key signed the data. A key or signature that makes no sense verifies nothing.</summary>
    /// <param name="data">The canonical bytes.</param>
    /// <param name="signature">Ed25519: 64 bytes; ECDSA: DER; RSA: as long as the modulus.</param>
    public unsafe bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.IsEmpty || signature.Length > 4096)
        {
            return false;
        }

        try
        {
            using var key = Open();
            using var context = LibCrypto.EVP_MD_CTX_new();
            if (key is null
                || LibCrypto.EVP_DigestVerifyInit(context, out var keyContext, Type == "ed25519" ? 0 : LibCrypto.EVP_sha256(), 0, key) != 1
                || (Type == "rsa" && (LibCrypto.EVP_PKEY_CTX_set_rsa_padding(keyContext, LibCrypto.PssPadding) != 1
                    || LibCrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, LibCrypto.SaltAsFound) != 1)))
            {
                return false;
            }

            fixed (byte* s = signature, d = data)
            {
                return LibCrypto.EVP_DigestVerify(context, s, (nuint)signature.Length, d, (nuint)data.Length) == 1;
            }
        }
        finally
        {
            LibCrypto.ERR_clear_error();
        }
    }

    private EvpKey? Open() => (Type, Scheme) switch
    {
        ("ed25519", "ed25519") => OpenRaw(),
        // The older name of the type is still in repositories that sigstore's tools began.
        ("ecdsa" or "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => OpenPem(LibCrypto.Ec),
        ("rsa", "rsassa-pss-sha256") => OpenPem(LibCrypto.Rsa),
        _ => null,
    };

    private unsafe EvpKey? OpenRaw()
    {
        if (Value.Length != 64 || !Value.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        fixed (byte* raw = Convert.FromHexString(Value))
        {
            return Valid(LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519, 0, raw, 32));
        }
    }

    private unsafe EvpKey? OpenPem(int type)
    {
        if (Value.Length > 16384 || !PemEncoding.TryFind(Value, out var pem) || Value[pem.Label] != "PUBLIC KEY")
        {
            return null;
        }

        var spki = Convert.FromBase64String(Value[pem.Base64Data]);
        EvpKey? key;
        fixed (byte* start = spki)
        {
            var at = start;
            key = Valid(LibCrypto.d2i_PUBKEY(0, &at, new(spki.Length)));
            if (key is null || at != start + spki.Length || LibCrypto.EVP_PKEY_get_base_id(key) != type || !HasRightSize(key, type))
            {
                key?.Dispose();
                return null;
            }
        }

        return key;
    }

    private static unsafe bool HasRightSize(EvpKey key, int type)
    {
        if (type == LibCrypto.Rsa)
        {
            return LibCrypto.EVP_PKEY_get_bits(key) is >= 2048 and <= 8192; // larger ones only cost time
        }

        var name = stackalloc byte[32];
        return LibCrypto.EVP_PKEY_get_group_name(key, name, 32, out var length) == 1 && Encoding.ASCII.GetString(name, (int)length) == "prime256v1";
    }

    private static EvpKey? Valid(EvpKey key)
    {
        if (!key.IsInvalid)
        {
            return key;
        }

        key.Dispose();
        return null;
    }
}
