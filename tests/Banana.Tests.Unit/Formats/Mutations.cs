// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit.Formats;

/// <summary>
/// How many mutations a test makes: a slice of its own, or its share of BANANA_TEST_MUTATIONS, which is the number over all parsers
/// (<c>banana test mutations</c> sets it).
/// </summary>
internal static class Mutations
{
    // metadata, manifest, delivery, index, chunk, patch, erofs, FAT
    private const int Parsers = 8;

    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("BANANA_TEST_MUTATIONS"), out var count) ? count : null;

    /// <summary>The rounds of one test.</summary>
    /// <param name="slice">Without the variable.</param>
    /// <param name="tests">How many tests share a parser.</param>
    public static int Rounds(int slice, int tests) => Asked is { } all ? Math.Max(1, (all + (Parsers * tests) - 1) / (Parsers * tests)) : slice;
}
