// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using System.Text;

namespace Banana.Foundation.Hashing;

/// <summary>SHA-256 digests as lower-case hexadecimal text, the form of all our files.</summary>
public static class Sha256Digest
{
    /// <summary>The digest of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>The digest of text as UTF-8.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The digest of a stream from its position to its end.</summary>
    public static async Task<string> OfAsync(Stream stream, CancellationToken cancellation) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));

    /// <summary>The digest of a file.</summary>
    public static async Task<string> OfFileAsync(string path, CancellationToken cancellation)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return await OfAsync(stream, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a text is a SHA-256 digest: 64 lower-case hexadecimal digits.</summary>
    public static bool IsValid(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
