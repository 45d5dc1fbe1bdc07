// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using System.Text;

namespace Banana.Forge.Images;

/// <summary>UUIDs, salts and ids that look random and are the same in every build of the same release.</summary>
/// <param name="seed">What makes this release different from all others ("banana/core/20261030.1").</param>
public sealed class SeededGuid(string seed)
{
    /// <summary>The UUID for a purpose (RFC 9562, version 8: its bits are our own choice).</summary>
    public Guid For(string purpose)
    {
        var bytes = Bytes(purpose)[..16];
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>32 bytes for a purpose.</summary>
    public byte[] Bytes(string purpose) => SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{purpose}"));

    /// <summary>The partition UUIDs of /usr and its hash tree: the two halves of the root hash (Discoverable Partitions Specification).</summary>
    public static (Guid Usr, Guid Verity) FromRootHash(string rootHash)
    {
        var bytes = Convert.FromHexString(rootHash);
        return (new Guid(bytes.AsSpan(0, 16), bigEndian: true), new Guid(bytes.AsSpan(16, 16), bigEndian: true));
    }
}
