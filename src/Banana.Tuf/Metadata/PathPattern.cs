// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Metadata;

/// <summary>Path patterns of delegations (specification 4.5): <c>*</c> is any text and <c>?</c> any character, but for a slash.</summary>
public static class PathPattern
{
    /// <summary>Whether a pattern matches the whole path. Takes no more steps than the product of both lengths.</summary>
    public static bool Matches(string pattern, string path)
    {
        int p = 0, t = 0, star = -1, retry = 0;
        while (t < path.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                retry = t;
            }
            else if (p < pattern.Length && (pattern[p] == path[t] || (pattern[p] == '?' && path[t] != '/')))
            {
                p++;
                t++;
            }
            else if (star >= 0 && path[retry] != '/')
            {
                p = star + 1; // the last star takes one character more
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }
}
