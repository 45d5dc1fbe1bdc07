// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using Banana.Foundation.Errors;

namespace Banana.Releases.Stores;

/// <summary>
/// The name of an object: a relative path with <c>/</c> between its segments, such as <c>releases/core/20261121.3/manifest.json</c>.
/// Only ASCII letters, digits and <c>._+-~@=</c> are allowed, and no segment begins with a dot: the same name is then good as a
/// file name, in an address and as an S3 key, never leaves the repository, and hidden files stay for the stores' own use.
/// </summary>
public static class StoreKey
{
    /// <summary>The longest key in bytes; S3 allows 1024 with the prefix of the store.</summary>
    public const int MaximumLength = 512;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-~@=");

    /// <summary>Whether a text is a key.</summary>
    public static bool IsValid(ReadOnlySpan<char> key)
    {
        if (key.IsEmpty || key.Length > MaximumLength)
        {
            return false;
        }

        foreach (var range in key.Split('/'))
        {
            var segment = key[range];
            if (segment.IsEmpty || segment[0] == '.' || segment.Length > 255 || segment.ContainsAnyExcept(Allowed))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the key.</summary>
    /// <exception cref="BananaException">It is none (<see cref="ExitCode.BadInput"/>).</exception>
    public static string Check(string key) =>
        IsValid(key) ? key : throw new BananaException(ExitCode.BadInput, $"'{Printable(key)}' is not a name for an object in a repository", next: "use a relative path of letters, digits and ._+-~@= without a leading dot");

    /// <summary>Returns the beginning of a key: empty, or a key that may end in a slash.</summary>
    public static string CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.Length == 0 || IsValid(prefix.EndsWith('/') ? prefix.AsSpan(0, prefix.Length - 1) : prefix) ? prefix : Check(prefix);
    }

    private static string Printable(string key) => string.Concat(key.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
