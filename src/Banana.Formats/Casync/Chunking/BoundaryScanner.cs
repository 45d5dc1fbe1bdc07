// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Banana.Formats.Casync.Chunking;

/// <summary>
/// Finds every position where a chunk may end. The window is never longer than the smallest chunk, so this depends on the 48 bytes before a position
/// only, not on where the chunk began: pieces of an image can be searched side by side, and the chunks picked from the result afterwards.
/// </summary>
internal static unsafe class BoundaryScanner
{
    /// <summary>A piece is searched in units of so many positions, one word of the map.</summary>
    public const int Unit = 64;

    /// <summary>Sets a bit of the map for each byte that a chunk may end with.</summary>
    /// <param name="data">The bytes; up to the end of the last unit they must be readable.</param>
    /// <param name="from">The first position, a multiple of <see cref="Unit"/>. What is searched before has no meaning for the first 47 bytes of all.</param>
    /// <param name="to">Behind the last position, a multiple of <see cref="Unit"/>.</param>
    /// <param name="test">The test.</param>
    /// <param name="map">One bit for each position of the data.</param>
    public static void Scan(byte* data, int from, int to, BoundaryTest test, ulong* map)
    {
        if (Avx512F.IsSupported)
        {
            ScanVector(data, from, to, test, map);
        }
        else
        {
            ScanScalar(data, from, to, test, map);
        }
    }

    /// <summary>For every processor: one position after the other.</summary>
    public static void ScanScalar(byte* data, int from, int to, BoundaryTest test, ulong* map)
    {
        ref var entering = ref MemoryMarshal.GetArrayDataReference(BuzHash.Table);
        ref var leaving = ref MemoryMarshal.GetArrayDataReference(BuzHash.Leaving);
        var (inverse, shift, bias, most) = (test.Inverse, test.Shift, test.Bias, test.Most);
        var hash = from == 0 ? 0 : BuzHash.Of(new ReadOnlySpan<byte>(data + from - BuzHash.WindowSize, BuzHash.WindowSize));
        for (var unit = from; unit < to; unit += Unit)
        {
            var found = 0ul;
            for (var i = 0; i < Unit; i++)
            {
                var position = unit + i;
                hash = BitOperations.RotateLeft(hash, 1) ^ Unsafe.Add(ref entering, data[position]);
                if (position >= BuzHash.WindowSize)
                {
                    hash ^= Unsafe.Add(ref leaving, data[position - BuzHash.WindowSize]);
                }

                if (BitOperations.RotateRight((hash + 1) * inverse, shift) - bias <= most)
                {
                    found |= 1ul << i;
                }
            }

            map[unit / Unit] = found;
        }
    }

    /// <summary>
    /// Sixteen positions at once. The hash of n bytes doubles: H(2n, p) = H(n, p) ^ rotl(H(n, p - n), n), so five steps give 32 bytes,
    /// and 48 are H(32, p) ^ rotl(H(16, p - 32), 32), where rotating by 32 does nothing.
    /// </summary>
    public static void ScanVector(byte* data, int from, int to, BoundaryTest test, ulong* map)
    {
        fixed (uint* table = BuzHash.Table)
        {
            var inverse = Vector512.Create(test.Inverse);
            var shift = Vector512.Create((uint)test.Shift);
            var bias = Vector512.Create(test.Bias);
            var most = Vector512.Create(test.Most);
            Vector512<uint> last1 = default, last2 = default, last4 = default, last8 = default, last16 = default, before16 = default;
            for (var unit = Math.Max(0, from - Unit); unit < to; unit += Unit)
            {
                var found = 0ul;
                for (var i = 0; i < Unit; i += 16)
                {
                    var hash1 = Lookup(table, Avx512F.ConvertToVector512UInt32(Vector128.Load(data + unit + i)));
                    var hash2 = hash1 ^ Avx512F.RotateLeft(Avx512F.AlignRight32(hash1, last1, 15), 1);
                    var hash4 = hash2 ^ Avx512F.RotateLeft(Avx512F.AlignRight32(hash2, last2, 14), 2);
                    var hash8 = hash4 ^ Avx512F.RotateLeft(Avx512F.AlignRight32(hash4, last4, 12), 4);
                    var hash16 = hash8 ^ Avx512F.RotateLeft(Avx512F.AlignRight32(hash8, last8, 8), 8);
                    var hash48 = hash16 ^ Avx512F.RotateLeft(last16, 16) ^ before16;
                    (last1, last2, last4, last8, before16, last16) = (hash1, hash2, hash4, hash8, last16, hash16);
                    var quotient = Avx512F.RotateRightVariable((hash48 + Vector512<uint>.One) * inverse, shift) - bias;
                    found |= Vector512.LessThanOrEqual(quotient, most).ExtractMostSignificantBits() << i;
                }

                // The unit before the first only fills the windows.
                if (unit >= from)
                {
                    map[unit / Unit] = found;
                }
            }
        }
    }

    // Sixteen of 256 numbers, without a gather, which is slow on processors that guard it: eight permutations of 32 numbers, then the right one of each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Lookup(uint* table, Vector512<uint> index)
    {
        var bit5 = (index << 26).AsInt32() >> 31;
        var bit6 = (index << 25).AsInt32() >> 31;
        var bit7 = (index << 24).AsInt32() >> 31;
        return Select(
            bit7,
            Select(bit6, Select(bit5, Of32(table, 0, index), Of32(table, 1, index)), Select(bit5, Of32(table, 2, index), Of32(table, 3, index))),
            Select(bit6, Select(bit5, Of32(table, 4, index), Of32(table, 5, index)), Select(bit5, Of32(table, 6, index), Of32(table, 7, index))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Select(Vector512<int> condition, Vector512<uint> no, Vector512<uint> yes) => Vector512.ConditionalSelect(condition.AsUInt32(), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Of32(uint* table, int part, Vector512<uint> index) =>
        Avx512F.PermuteVar16x32x2(Vector512.Load(table + (32 * part)), index, Vector512.Load(table + (32 * part) + 16));
}
