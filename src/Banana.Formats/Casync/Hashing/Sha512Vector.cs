// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Banana.Formats.Casync.Hashing;

/// <summary>The compression function of SHA-512 for eight messages at once, one in each lane of a vector (FIPS 180-4, 6.4). Needs AVX-512.</summary>
internal static unsafe class Sha512Vector
{
    /// <summary>How many messages.</summary>
    public const int Lanes = 8;

    /// <summary>The length of a block in bytes.</summary>
    public const int BlockSize = 128;

    /// <summary>What SHA-512/256 begins with (FIPS 180-4, 5.3.6.2).</summary>
    public static readonly ulong[] Initial =
    [
        0x22312194FC2BF72C, 0x9F555FA3C84C64C2, 0x2393B86B6F53B151, 0x963877195940EABD,
        0x96283EE2A88EFFE3, 0xBE5E1E2553863992, 0x2B0199FC2C85B8AA, 0x0EB72DDC81C52CA2,
    ];

    private static readonly ulong[] Constants =
    [
        0x428A2F98D728AE22, 0x7137449123EF65CD, 0xB5C0FBCFEC4D3B2F, 0xE9B5DBA58189DBBC,
        0x3956C25BF348B538, 0x59F111F1B605D019, 0x923F82A4AF194F9B, 0xAB1C5ED5DA6D8118,
        0xD807AA98A3030242, 0x12835B0145706FBE, 0x243185BE4EE4B28C, 0x550C7DC3D5FFB4E2,
        0x72BE5D74F27B896F, 0x80DEB1FE3B1696B1, 0x9BDC06A725C71235, 0xC19BF174CF692694,
        0xE49B69C19EF14AD2, 0xEFBE4786384F25E3, 0x0FC19DC68B8CD5B5, 0x240CA1CC77AC9C65,
        0x2DE92C6F592B0275, 0x4A7484AA6EA6E483, 0x5CB0A9DCBD41FBD4, 0x76F988DA831153B5,
        0x983E5152EE66DFAB, 0xA831C66D2DB43210, 0xB00327C898FB213F, 0xBF597FC7BEEF0EE4,
        0xC6E00BF33DA88FC2, 0xD5A79147930AA725, 0x06CA6351E003826F, 0x142929670A0E6E70,
        0x27B70A8546D22FFC, 0x2E1B21385C26C926, 0x4D2C6DFC5AC42AED, 0x53380D139D95B3DF,
        0x650A73548BAF63DE, 0x766A0ABB3C77B2A8, 0x81C2C92E47EDAEE6, 0x92722C851482353B,
        0xA2BFE8A14CF10364, 0xA81A664BBC423001, 0xC24B8B70D0F89791, 0xC76C51A30654BE30,
        0xD192E819D6EF5218, 0xD69906245565A910, 0xF40E35855771202A, 0x106AA07032BBD1B8,
        0x19A4C116B8D2D0C8, 0x1E376C085141AB53, 0x2748774CDF8EEB99, 0x34B0BCB5E19B48A8,
        0x391C0CB3C5C95A63, 0x4ED8AA4AE3418ACB, 0x5B9CCA4F7763E373, 0x682E6FF3D6B2B8A3,
        0x748F82EE5DEFB2FC, 0x78A5636F43172F60, 0x84C87814A1F0AB72, 0x8CC702081A6439EC,
        0x90BEFFFA23631E28, 0xA4506CEBDE82BDE9, 0xBEF9A3F7B2C67915, 0xC67178F2E372532B,
        0xCA273ECEEA26619C, 0xD186B8C721C0C207, 0xEADA7DD6CDE0EB1E, 0xF57D4F7FEE6ED178,
        0x06F067AA72176FBA, 0x0A637DC5A2C898A6, 0x113F9804BEF90DAE, 0x1B710B35131C471B,
        0x28DB77F523047D84, 0x32CAAB7B40C72493, 0x3C9EBE0A15C9BEBC, 0x431D67C49C100D4C,
        0x4CC5D4BECB3E42B6, 0x597F299CFC657E2A, 0x5FCB6FAB3AD6FAEC, 0x6C44198C4A475817,
    ];

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512F.IsSupported && Avx512BW.IsSupported;

    /// <summary>Hashes blocks of all messages.</summary>
    /// <param name="state">Eight words; each holds that word of all messages.</param>
    /// <param name="messages">Where the next block of each message is.</param>
    /// <param name="strides">How far its blocks are from each other: a block, or nothing for a lane without a message.</param>
    /// <param name="blocks">How many blocks of each.</param>
    public static void Compress(Vector512<ulong>* state, byte** messages, int* strides, int blocks)
    {
        var words = stackalloc Vector512<ulong>[16];
        fixed (ulong* constants = Constants)
        {
            for (var block = 0; block < blocks; block++)
            {
                Load(words, messages, 0);
                Load(words + 8, messages, 64);
                for (var lane = 0; lane < Lanes; lane++)
                {
                    messages[lane] += strides[lane];
                }

                var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
                for (var round = 0; round < 80; round += 8)
                {
                    var w = words + (round & 15);
                    if (round >= 16)
                    {
                        Schedule(words, round & 15);
                    }

                    var k = constants + round;
                    h = First(e, f, g, h, w[0], k[0]);
                    d += h;
                    h += Second(a, b, c);
                    g = First(d, e, f, g, w[1], k[1]);
                    c += g;
                    g += Second(h, a, b);
                    f = First(c, d, e, f, w[2], k[2]);
                    b += f;
                    f += Second(g, h, a);
                    e = First(b, c, d, e, w[3], k[3]);
                    a += e;
                    e += Second(f, g, h);
                    d = First(a, b, c, d, w[4], k[4]);
                    h += d;
                    d += Second(e, f, g);
                    c = First(h, a, b, c, w[5], k[5]);
                    g += c;
                    c += Second(d, e, f);
                    b = First(g, h, a, b, w[6], k[6]);
                    f += b;
                    b += Second(c, d, e);
                    a = First(f, g, h, a, w[7], k[7]);
                    e += a;
                    a += Second(b, c, d);
                }

                (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
                (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
            }
        }
    }

    // The next eight words of the schedule, in the place of those of two turns before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Schedule(Vector512<ulong>* words, int first)
    {
        for (var i = first; i < first + 8; i++)
        {
            var (early, late) = (words[(i + 1) & 15], words[(i + 14) & 15]);
            words[i] += Xor(Avx512F.RotateRight(early, 1), Avx512F.RotateRight(early, 8), early >>> 7)
                + words[(i + 9) & 15]
                + Xor(Avx512F.RotateRight(late, 19), Avx512F.RotateRight(late, 61), late >>> 6);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> First(Vector512<ulong> e, Vector512<ulong> f, Vector512<ulong> g, Vector512<ulong> h, Vector512<ulong> word, ulong constant) =>
        h + word + Vector512.Create(constant)
            + Avx512F.TernaryLogic(e, f, g, 0xCA)
            + Xor(Avx512F.RotateRight(e, 14), Avx512F.RotateRight(e, 18), Avx512F.RotateRight(e, 41));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Second(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Xor(Avx512F.RotateRight(a, 28), Avx512F.RotateRight(a, 34), Avx512F.RotateRight(a, 39)) + Avx512F.TernaryLogic(a, b, c, 0xE8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Xor(Vector512<ulong> x, Vector512<ulong> y, Vector512<ulong> z) => Avx512F.TernaryLogic(x, y, z, 0x96);

    // Eight words of each message, turned so that a vector holds the same word of all.
    private static void Load(Vector512<ulong>* words, byte** messages, int offset)
    {
        var swap = Vector512.Create(Vector128.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
        var rows = stackalloc Vector512<ulong>[Lanes];
        for (var lane = 0; lane < Lanes; lane += 2)
        {
            var even = Avx512BW.Shuffle(Vector512.Load(messages[lane] + offset), swap).AsUInt64();
            var odd = Avx512BW.Shuffle(Vector512.Load(messages[lane + 1] + offset), swap).AsUInt64();
            rows[lane] = Avx512F.UnpackLow(even, odd);
            rows[lane + 1] = Avx512F.UnpackHigh(even, odd);
        }

        for (var half = 0; half < 2; half++)
        {
            // Pairs of words of the lanes 0 to 3 and 4 to 7; each quarter of a vector is one pair.
            var low0 = Avx512F.Shuffle4x128(rows[half], rows[2 + half], 0x88);
            var low1 = Avx512F.Shuffle4x128(rows[half], rows[2 + half], 0xDD);
            var high0 = Avx512F.Shuffle4x128(rows[4 + half], rows[6 + half], 0x88);
            var high1 = Avx512F.Shuffle4x128(rows[4 + half], rows[6 + half], 0xDD);
            words[half] = Avx512F.Shuffle4x128(low0, high0, 0x88);
            words[4 + half] = Avx512F.Shuffle4x128(low0, high0, 0xDD);
            words[2 + half] = Avx512F.Shuffle4x128(low1, high1, 0x88);
            words[6 + half] = Avx512F.Shuffle4x128(low1, high1, 0xDD);
        }
    }
}
