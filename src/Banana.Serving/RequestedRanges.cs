// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Microsoft.Net.Http.Headers;

namespace Banana.Serving;

/// <summary>What a Range header asks for, of a file of a given length (RFC 9110, section 14).</summary>
internal static class RequestedRanges
{
    /// <summary>One part of the file.</summary>
    /// <param name="From">The first byte.</param>
    /// <param name="Length">How many.</param>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    public readonly record struct Part(long From, long Length)
    {
        public long To => From + Length - 1;
    }

    /// <summary>Reads the header.</summary>
    /// <returns>The parts in the order asked for; empty: none of them is in the file; null: send it whole (no header, another unit, malformed, too many, or more bytes than the file has).</returns>
    public static IReadOnlyList<Part>? Read(string? header, long length, int most)
    {
        if (header is null || !RangeHeaderValue.TryParse(header, out var ranges) || !ranges.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase) || ranges.Ranges.Count > most)
        {
            return null;
        }

        List<Part> parts = [];
        foreach (var range in ranges.Ranges)
        {
            var from = range.From ?? Math.Max(0, length - range.To!.Value);
            var to = range.From is null ? length - 1 : Math.Min(range.To ?? long.MaxValue, length - 1);
            if (from <= to)
            {
                parts.Add(new Part(from, to - from + 1));
            }
        }

        // Overlapping parts would let a small request make a large answer (section 17.15).
        return parts.Count > 1 && parts.Sum(part => part.Length) > length ? null : parts;
    }
}
