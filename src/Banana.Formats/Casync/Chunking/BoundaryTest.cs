// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Numerics;
using System.Runtime.InteropServices;

namespace Banana.Formats.Casync.Chunking;

/// <summary>
/// Whether a hash ends a chunk: <c>hash % discriminator == discriminator - 1</c>, without a division. That is to ask whether hash + 1
/// is a multiple of the discriminator, which is one multiplication by the inverse of its odd part and one rotation by the rest
/// (Warren, Hacker's Delight, 10-17).
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct BoundaryTest
{
    public BoundaryTest(uint discriminator)
    {
        Shift = BitOperations.TrailingZeroCount(discriminator);
        var odd = discriminator >> Shift;
        Inverse = odd;
        for (var bits = 3; bits < 32; bits *= 2)
        {
            Inverse *= 2 - (odd * Inverse);
        }

        // The hash with all bits set wraps to zero, which every number divides; only a power of two has that remainder.
        Bias = odd > 1 ? 1u : 0u;
        Most = (uint.MaxValue / discriminator) - Bias;
    }

    /// <summary>The inverse of the odd part, modulo 2^32.</summary>
    public uint Inverse { get; }

    /// <summary>How many times two divides the discriminator.</summary>
    public int Shift { get; }

    /// <summary>What is taken off before the comparison.</summary>
    public uint Bias { get; }

    /// <summary>The largest quotient.</summary>
    public uint Most { get; }

    /// <summary>Whether a chunk may end behind a window with this hash.</summary>
    public bool IsBoundary(uint hash) => BitOperations.RotateRight((hash + 1) * Inverse, Shift) - Bias <= Most;
}
