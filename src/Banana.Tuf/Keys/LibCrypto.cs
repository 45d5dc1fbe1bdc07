// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Banana.Tuf.Keys;

/// <summary>The calls of OpenSSL's libcrypto (version 3) that keys need. .NET has no Ed25519, and accepts PSS of one salt length only.</summary>
internal static unsafe partial class LibCrypto
{
    public const int Rsa = 6; // EVP_PKEY_RSA
    public const int Ec = 408; // EVP_PKEY_EC
    public const int Ed25519 = 1087; // EVP_PKEY_ED25519
    public const int PssPadding = 6; // RSA_PKCS1_PSS_PADDING
    public const int SaltOfDigest = -1; // RSA_PSS_SALTLEN_DIGEST
    public const int SaltAsFound = -2; // RSA_PSS_SALTLEN_AUTO

    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    public static partial EvpKey EVP_PKEY_new_raw_public_key(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Library)]
    public static partial EvpKey d2i_PUBKEY(nint reuse, byte** input, CLong length);

    [LibraryImport(Library)]
    public static partial int i2d_PUBKEY(EvpKey key, byte** output);

    [LibraryImport(Library)]
    public static partial EvpKey d2i_AutoPrivateKey(nint reuse, byte** input, CLong length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_base_id(EvpKey key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_bits(EvpKey key);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_group_name(EvpKey key, byte* name, nuint size, out nuint length);

    [LibraryImport(Library)]
    public static partial nint EVP_sha256();

    [LibraryImport(Library)]
    public static partial nint EVP_aes_256_cbc();

    [LibraryImport(Library)]
    public static partial DigestContext EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit(DigestContext context, out nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(DigestContext context, byte* signature, nuint signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(DigestContext context, out nint keyContext, nint digest, nint engine, EvpKey key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(DigestContext context, byte* signature, ref nuint signatureLength, byte* data, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_CTX_set_rsa_padding(nint keyContext, int padding);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_CTX_set_rsa_pss_saltlen(nint keyContext, int length);

    [LibraryImport(Library)]
    public static partial nint BIO_s_mem();

    [LibraryImport(Library)]
    public static partial MemoryBio BIO_new(nint method);

    [LibraryImport(Library)]
    public static partial int BIO_free(nint bio);

    [LibraryImport(Library)]
    public static partial int BIO_write(MemoryBio bio, byte* data, int length);

    [LibraryImport(Library)]
    public static partial int BIO_read(MemoryBio bio, byte* data, int length);

    /// <summary>Without a callback, <paramref name="passphrase"/> is a string that ends with NUL; it must not be null, or the library asks at the terminal.</summary>
    [LibraryImport(Library)]
    public static partial EvpKey PEM_read_bio_PrivateKey(MemoryBio bio, nint reuse, nint callback, byte* passphrase);

    [LibraryImport(Library)]
    public static partial int PEM_write_bio_PKCS8PrivateKey(MemoryBio bio, EvpKey key, nint cipher, byte* passphrase, int length, nint callback, nint argument);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}

/// <summary>An EVP_PKEY.</summary>
internal sealed class EvpKey() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}

/// <summary>An EVP_MD_CTX.</summary>
internal sealed class DigestContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}

/// <summary>A BIO in memory.</summary>
internal sealed class MemoryBio() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _ = LibCrypto.BIO_free(handle);
        return true;
    }
}
