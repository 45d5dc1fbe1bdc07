// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using System.Text;

namespace Banana.Tuf.Keys;

/// <summary>A private key that signs metadata. Its file is PKCS#8 in PEM, which other tools (openssl, securesystemslib) read too.</summary>
public sealed class PrivateKey : IDisposable
{
    // RFC 8410, section 7: PrivateKeyInfo of an Ed25519 seed.
    private static readonly byte[] Ed25519Prefix = Convert.FromHexString("302e020100300506032b657004220420");
    private const int RsaBits = 3072;
    private readonly EvpKey key;

    private PrivateKey(EvpKey key)
    {
        this.key = key;
        var type = LibCrypto.EVP_PKEY_get_base_id(key);
        Kind = type switch
        {
            LibCrypto.Ed25519 => KeyKind.Ed25519,
            LibCrypto.Ec => KeyKind.Ecdsa,
            LibCrypto.Rsa => KeyKind.Rsa,
            _ => throw new TufException(TufFailure.Key, "the key is of another kind than Ed25519, ECDSA P-256 and RSA"),
        };
        var spki = PublicBytes();
        var pem = PemEncoding.WriteString("PUBLIC KEY", spki) + "\n";
        Public = Kind switch
        {
            KeyKind.Ed25519 => PublicKey.Create("ed25519", "ed25519", Convert.ToHexStringLower(spki.AsSpan(^32..))),
            KeyKind.Ecdsa => PublicKey.Create("ecdsa", "ecdsa-sha2-nistp256", pem),
            _ => PublicKey.Create("rsa", "rsassa-pss-sha256", pem),
        };
    }

    /// <summary>Its type.</summary>
    public KeyKind Kind { get; }

    /// <summary>The public half.</summary>
    public PublicKey Public { get; }

    /// <summary>Makes a new key (RSA: 3072 bits).</summary>
    public static unsafe PrivateKey Generate(KeyKind kind)
    {
        byte[] pkcs8;
        switch (kind)
        {
            case KeyKind.Ed25519:
                pkcs8 = [.. Ed25519Prefix, .. RandomNumberGenerator.GetBytes(32)];
                break;
            case KeyKind.Ecdsa:
                using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    pkcs8 = ecdsa.ExportPkcs8PrivateKey();
                }

                break;
            default:
                using (var rsa = RSA.Create(RsaBits))
                {
                    pkcs8 = rsa.ExportPkcs8PrivateKey();
                }

                break;
        }

        try
        {
            fixed (byte* start = pkcs8)
            {
                var at = start;
                return Open(LibCrypto.d2i_AutoPrivateKey(0, &at, new(pkcs8.Length)), "the new key cannot be read");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    /// <summary>Reads a private key in PEM.</summary>
    /// <param name="pem">The text of the file.</param>
    /// <param name="passphrase">The passphrase of an encrypted key.</param>
    /// <exception cref="TufException">No such key, or the passphrase is not its.</exception>
    public static unsafe PrivateKey FromPem(string pem, string? passphrase = null)
    {
        var bytes = Encoding.UTF8.GetBytes(pem);
        var secret = Encoding.UTF8.GetBytes((passphrase ?? string.Empty) + "\0");
        using var bio = LibCrypto.BIO_new(LibCrypto.BIO_s_mem());
        try
        {
            fixed (byte* text = bytes, word = secret)
            {
                _ = LibCrypto.BIO_write(bio, text, bytes.Length);
                return Open(
                    LibCrypto.PEM_read_bio_PrivateKey(bio, 0, 0, word),
                    !pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? "this is no private key in PEM"
                    : !pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? "the private key is damaged"
                    : passphrase is null ? "the private key has a passphrase, and none was given" : "the passphrase is not the one of this private key");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            CryptographicOperations.ZeroMemory(secret);
            LibCrypto.ERR_clear_error();
        }
    }

    /// <summary>The key as PKCS#8 PEM; with a passphrase encrypted (PBES2, AES-256-CBC).</summary>
    public unsafe string ToPem(string? passphrase = null)
    {
        var secret = passphrase is null ? null : Encoding.UTF8.GetBytes(passphrase);
        using var bio = LibCrypto.BIO_new(LibCrypto.BIO_s_mem());
        fixed (byte* word = secret)
        {
            if (LibCrypto.PEM_write_bio_PKCS8PrivateKey(bio, key, secret is null ? 0 : LibCrypto.EVP_aes_256_cbc(), word, secret?.Length ?? 0, 0, 0) != 1)
            {
                throw new TufException(TufFailure.Key, "the private key cannot be written");
            }
        }

        var buffer = new byte[16384];
        fixed (byte* text = buffer)
        {
            return Encoding.ASCII.GetString(buffer, 0, LibCrypto.BIO_read(bio, text, buffer.Length));
        }
    }

    /// <summary>Signs canonical bytes.</summary>
    public unsafe byte[] Sign(ReadOnlySpan<byte> data)
    {
        using var context = LibCrypto.EVP_MD_CTX_new();
        if (LibCrypto.EVP_DigestSignInit(context, out var keyContext, Kind == KeyKind.Ed25519 ? 0 : LibCrypto.EVP_sha256(), 0, key) != 1
            || (Kind == KeyKind.Rsa && (LibCrypto.EVP_PKEY_CTX_set_rsa_padding(keyContext, LibCrypto.PssPadding) != 1
                || LibCrypto.EVP_PKEY_CTX_set_rsa_pss_saltlen(keyContext, LibCrypto.SaltOfDigest) != 1)))
        {
            throw new TufException(TufFailure.Key, "the private key cannot sign");
        }

        var signature = new byte[2048];
        nuint length = (nuint)signature.Length;
        fixed (byte* s = signature, d = data)
        {
            if (LibCrypto.EVP_DigestSign(context, s, ref length, d, (nuint)data.Length) != 1)
            {
                throw new TufException(TufFailure.Key, "the private key cannot sign");
            }
        }

        return signature[..(int)length];
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static PrivateKey Open(EvpKey key, string problem)
    {
        if (key.IsInvalid)
        {
            key.Dispose();
            LibCrypto.ERR_clear_error();
            throw new TufException(TufFailure.Key, problem);
        }

        return new(key);
    }

    private unsafe byte[] PublicBytes()
    {
        var bytes = new byte[LibCrypto.i2d_PUBKEY(key, null)];
        fixed (byte* start = bytes)
        {
            var at = start;
            _ = LibCrypto.i2d_PUBKEY(key, &at);
        }

        return bytes;
    }
}
