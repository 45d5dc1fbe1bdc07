// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;

namespace Banana.Releases.Layout;

/// <summary>
/// How long a cache between a repository and a device may keep an object. Objects never change once they are published, except
/// the few that are asked for anew each time. The embedded server sends this, and object stores keep it beside the object.
/// </summary>
public static partial class CachePolicy
{
    /// <summary><c>Cache-Control</c> of what never changes: a year, the longest that RFC 9111 caches honour in practice.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    /// <summary><c>Cache-Control</c> of what may change: a cache asks each time whether its copy is still right.</summary>
    public const string Revalidate = "no-cache";

    /// <summary><c>Cache-Control</c> of an answer that says that there is nothing: it may be there in a moment.</summary>
    public const string Missing = "no-store";

    /// <summary>The <c>Cache-Control</c> of an object.</summary>
    /// <remarks>
    /// Mutable are the TUF timestamp, roots (a client probes for the next number, and a repository that lost its last root to a
    /// rollback of its storage writes that number again), the list of files that systemd-sysupdate reads, and locks.
    /// </remarks>
    public static string For(string key) => Mutable().IsMatch(key) ? Revalidate : Immutable;

    [GeneratedRegex(@"^(metadata/(timestamp|([0-9]+\.)?root)\.json|images/[^/]+/SHA256SUMS(\.gpg)?|locks/.*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Mutable();
}
