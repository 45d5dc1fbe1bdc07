// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banana.Tuf;
using Banana.Tuf.Keys;

namespace Banana.Tests.Unit.Tuf;

public sealed class KeyTests
{
    private static readonly byte[] Data = Encoding.ASCII.GetBytes("what is signed");

    [Theory]
    [InlineData(KeyKind.Ed25519, "ed25519", "ed25519")]
    [InlineData(KeyKind.Ecdsa, "ecdsa", "ecdsa-sha2-nistp256")]
    [InlineData(KeyKind.Rsa, "rsa", "rsassa-pss-sha256")]
    public void A_key_signs_and_only_its_own_signature_of_the_same_bytes_holds(KeyKind kind, string type, string scheme)
    {
        using var key = PrivateKey.Generate(kind);
        using var other = PrivateKey.Generate(kind);
        Assert.Equal((type, scheme), (key.Public.Type, key.Public.Scheme));
        var signature = key.Sign(Data);
        Assert.True(key.Public.Verify(Data, signature));
        Assert.False(other.Public.Verify(Data, signature));
        Assert.False(key.Public.Verify(Data.AsSpan(1), signature));
        signature[^1] ^= 1;
        Assert.False(key.Public.Verify(Data, signature));
        Assert.False(key.Public.Verify(Data, []));
    }

    [Fact]
    public void Ed25519_is_that_of_RFC_8032()
    {
        // Section 7.1, test 3.
        var key = Key("ed25519", "ed25519", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        Assert.True(key.Verify([0xaf, 0x82], Convert.FromHexString("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")));
    }

    [Fact]
    public void RSA_signatures_with_a_longer_salt_hold_as_well()
    {
        using var rsa = RSA.Create(2048);
        var key = Key("rsa", "rsassa-pss-sha256", rsa.ExportSubjectPublicKeyInfoPem());
        Assert.True(key.Verify(Data, rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.False(key.Verify(Data, rsa.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public void A_key_that_makes_no_sense_verifies_nothing()
    {
        using var weak = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.False(Key("rsa", "rsassa-pss-sha256", weak.ExportSubjectPublicKeyInfoPem()).Verify(Data, weak.SignData(Data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.False(Key("ecdsa", "ecdsa-sha2-nistp256", curve.ExportSubjectPublicKeyInfoPem()).Verify(Data, curve.SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        Assert.False(Key("ecdsa", "ecdsa-sha2-nistp256", weak.ExportSubjectPublicKeyInfoPem()).Verify(Data, [1]));
        Assert.False(Key("ed25519", "ed25519", "zz").Verify(Data, new byte[64]));
        Assert.False(Key("tomorrow", "unknown", "x").Verify(Data, new byte[64]));
    }

    [Theory]
    [InlineData(KeyKind.Ed25519, null)]
    [InlineData(KeyKind.Ed25519, "a phrase, ünï")]
    [InlineData(KeyKind.Ecdsa, "p")]
    [InlineData(KeyKind.Rsa, "p")]
    public void A_key_file_gives_the_same_key_again(KeyKind kind, string? passphrase)
    {
        using var folder = new TemporaryFolder();
        using var key = PrivateKey.Generate(kind);
        KeyFile.Write(folder["k.pem"], key, passphrase);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["k.pem"]));
        Assert.Equal(passphrase is not null, File.ReadAllText(folder["k.pem"]).Contains("ENCRYPTED", StringComparison.Ordinal));
        using var again = KeyFile.Read(folder["k.pem"], passphrase);
        Assert.Equal(key.Public.Id, again.Public.Id);
        KeyFile.WritePublic(folder["k.pub"], key.Public);
        Assert.True(KeyFile.ReadPublic(folder["k.pub"]).Verify(Data, again.Sign(Data)));
        Assert.Throws<IOException>(() => KeyFile.Write(folder["k.pem"], again));
    }

    [Fact]
    public void A_key_file_is_refused_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        using var key = PrivateKey.Generate(KeyKind.Ed25519);
        KeyFile.Write(folder["k.pem"], key, "right");
        Assert.Contains("has a passphrase", Assert.Throws<TufException>(() => KeyFile.Read(folder["k.pem"])).Message, StringComparison.Ordinal);
        Assert.Contains("is not the one", Assert.Throws<TufException>(() => KeyFile.Read(folder["k.pem"], "wrong")).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(folder["k.pem"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("others can read", Assert.Throws<TufException>(() => KeyFile.Read(folder["k.pem"], "right")).Message, StringComparison.Ordinal);
        folder.With("no.pem", "hello");
        File.SetUnixFileMode(folder["no.pem"], UnixFileMode.UserRead);
        Assert.Contains("no private key", Assert.Throws<TufException>(() => KeyFile.Read(folder["no.pem"])).Message, StringComparison.Ordinal);
    }

    private static PublicKey Key(string type, string scheme, string value) =>
        PublicKey.Read("id", JsonSerializer.SerializeToElement(new { keytype = type, scheme, keyval = new { @public = value } }));
}
