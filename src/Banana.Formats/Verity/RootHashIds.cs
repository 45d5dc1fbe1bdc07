// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;

namespace Banana.Formats.Verity;

/// <summary>
/// The identifiers of the two partitions of a verity image: the halves of its root hash, so that the command line's <c>usrhash=</c> finds them.
/// Source: Discoverable Partitions Specification; systemd-veritysetup-generator(8).
/// </summary>
public static class RootHashIds
{
    private const int HalfDigits = 32;

    /// <summary>The identifiers of the image's partition and of its hash tree's.</summary>
    /// <param name="rootHash">The root hash, 64 lower-case hexadecimal digits.</param>
    public static (Guid Data, Guid Tree) Of(string rootHash) => Sha256Digest.IsValid(rootHash)
        ? (Guid.ParseExact(rootHash[..HalfDigits], "N"), Guid.ParseExact(rootHash[HalfDigits..], "N"))
        : throw new BananaException(ExitCode.BadInput, $"'{rootHash}' is not a verity root hash", next: "it has 64 lower-case hexadecimal digits");

    /// <summary>The root hash that two partitions are for, if they are a pair.</summary>
    public static string RootHash(Guid data, Guid tree) => data.ToString("N") + tree.ToString("N");
}
