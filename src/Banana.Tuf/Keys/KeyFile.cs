// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Tuf.Json;

namespace Banana.Tuf.Keys;

/// <summary>Keys on disk: <c>NAME.pem</c> (PKCS#8, mode 0600) and <c>NAME.pub</c> (the public half as JSON, as metadata carries it).</summary>
public static class KeyFile
{
    private const int MaxSize = 1 << 16;

    /// <summary>Writes a private key, readable by its owner only. An existing file is never overwritten: it may be the only copy of a key.</summary>
    public static void Write(string path, PrivateKey key, string? passphrase = null)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(Encoding.ASCII.GetBytes(key.ToPem(passphrase)));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes a public key.</summary>
    public static void WritePublic(string path, PublicKey key) => LocalFile.Write(path, CanonicalJson.ToJson(CanonicalJson.Encode(key.Json)));

    /// <summary>Reads a private key.</summary>
    /// <exception cref="TufException">The file is readable by others, or is no such key.</exception>
    public static PrivateKey Read(string path, string? passphrase = null)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != UnixFileMode.None)
        {
            throw new TufException(TufFailure.Key, $"{path}: others can read or write this private key; use a mode of 0600, and a new key when others may have seen it");
        }

        try
        {
            return PrivateKey.FromPem(Encoding.UTF8.GetString(LocalFile.Read(path, MaxSize)), passphrase);
        }
        catch (TufException error)
        {
            throw new TufException(error.Failure, $"{path}: {error.Message}", error);
        }
    }

    /// <summary>Reads a public key.</summary>
    public static PublicKey ReadPublic(string path)
    {
        try
        {
            return PublicKey.Parse(LocalFile.Read(path, MaxSize));
        }
        catch (TufException error)
        {
            throw new TufException(error.Failure, $"{path}: {error.Message}", error);
        }
    }
}
