// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Boot;

/// <summary>The order of versions that systemd-boot sorts by. Source: UAPI group, Version Format Specification.</summary>
public sealed class VersionOrder : IComparer<string?>
{
    /// <summary>The one instance.</summary>
    public static readonly VersionOrder Instance = new();

    private VersionOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return (x is not null).CompareTo(y is not null);
        }

        var left = x.AsSpan();
        var right = y.AsSpan();
        while (true)
        {
            left = left[First(left, c => !IsKnown(c))..];
            right = right[First(right, c => !IsKnown(c))..];

            // A tilde makes a version older than without it, also than one that ends there.
            if (Mark(ref left, ref right, '~') is var tilde and not 0)
            {
                return tilde;
            }

            if (left.IsEmpty || right.IsEmpty)
            {
                return right.IsEmpty.CompareTo(left.IsEmpty);
            }

            foreach (var mark in "-^.")
            {
                if (Mark(ref left, ref right, mark) is var found and not 0)
                {
                    return found;
                }
            }

            var isNumber = First(left, char.IsAsciiDigit) > 0 || First(right, char.IsAsciiDigit) > 0;
            Func<char, bool> kind = isNumber ? char.IsAsciiDigit : char.IsAsciiLetter;
            var a = left[..First(left, kind)];
            var b = right[..First(right, kind)];
            var result = isNumber ? Numbers(a, b) : a.SequenceCompareTo(b);
            if (result != 0)
            {
                return Math.Sign(result);
            }

            left = left[a.Length..];
            right = right[b.Length..];
        }
    }

    private static int Numbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.IsEmpty != b.IsEmpty)
        {
            return a.IsEmpty ? -1 : 1;
        }

        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    private static int Mark(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right, char mark)
    {
        var (a, b) = (!left.IsEmpty && left[0] == mark, !right.IsEmpty && right[0] == mark);
        if (a && b)
        {
            left = left[1..];
            right = right[1..];
        }

        return b.CompareTo(a);
    }

    private static int First(ReadOnlySpan<char> text, Func<char, bool> isIn)
    {
        var length = 0;
        while (length < text.Length && isIn(text[length]))
        {
            length++;
        }

        return length;
    }

    private static bool IsKnown(char c) => char.IsAsciiLetterOrDigit(c) || c is '~' or '-' or '^' or '.';
}
