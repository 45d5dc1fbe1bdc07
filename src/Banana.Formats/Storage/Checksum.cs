// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Numerics;
using System.Runtime.InteropServices;

namespace Banana.Formats.Storage;

/// <summary>CRC-32C (Castagnoli, RFC 3720 B.4), by the processor's instruction where it has one.</summary>
public static class Checksum
{
    /// <summary>The checksum of bytes.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
