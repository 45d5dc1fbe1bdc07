// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;

namespace Banana.Formats.Storage;

/// <summary>Digests of sources, read once from front to back. Memory does not grow with them.</summary>
public static class SourceDigest
{
    private const int Piece = 1 << 20;

    /// <summary>The SHA-256 of a source.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static byte[] Sha256(ByteSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[Piece];
        for (var offset = 0L; offset < source.Length; offset += piece.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, source.Length - offset));
            source.Read(offset, bytes);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}
