// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Patches;

/// <summary>Reads variable-length numbers (LEB128: 7 bits a byte, the lowest first, the highest bit says that more follow) out of bytes.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="name">What errors call the patch.</param>
internal ref struct PatchCursor(ReadOnlySpan<byte> bytes, string name)
{
    private const int LongestNumber = 9;
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int position;

    /// <summary>Whether nothing is left.</summary>
    public readonly bool AtEnd => position == bytes.Length;

    /// <summary>What is left.</summary>
    public readonly ReadOnlySpan<byte> Rest => bytes[position..];

    /// <summary>Writes a number.</summary>
    public static void Write(Stream output, ulong value)
    {
        while (value >= 0x80)
        {
            output.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        output.WriteByte((byte)value);
    }

    /// <summary>Maps numbers with a sign to those without: 0, -1, 1, -2, …</summary>
    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    /// <summary>Takes bytes.</summary>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count < 0 || count > bytes.Length - position)
        {
            throw PatchErrors.Corrupt(name, what);
        }

        position += count;
        return bytes.Slice(position - count, count);
    }

    /// <summary>Reads a number.</summary>
    /// <param name="limit">The largest that is accepted.</param>
    /// <param name="what">What it is, for errors.</param>
    public long Number(long limit, string what)
    {
        ulong value = 0;
        for (var i = 0; i < LongestNumber && position < bytes.Length; i++)
        {
            var part = bytes[position++];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                return limit >= 0 && value <= (ulong)limit ? (long)value : throw PatchErrors.Corrupt(name, what);
            }
        }

        throw PatchErrors.Corrupt(name, what);
    }

    /// <summary>Reads a number with a sign whose amount is at most the limit.</summary>
    public long SignedNumber(long limit, string what)
    {
        var value = Number((limit * 2) + 1, what);
        return (value >> 1) ^ -(value & 1);
    }
}
