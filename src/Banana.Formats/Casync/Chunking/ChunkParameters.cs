// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Foundation.Errors;

namespace Banana.Formats.Casync.Chunking;

/// <summary>The sizes that decide where an image is cut, as casync defines them (casync, src/cachunker.h).</summary>
/// <param name="Minimum">No chunk but the last is smaller, in bytes; at least <see cref="BuzHash.WindowSize"/>.</param>
/// <param name="Average">The size that chunks have on average, in bytes.</param>
/// <param name="Maximum">No chunk is larger, in bytes; at most <see cref="LargestChunk"/>.</param>
public sealed record ChunkParameters(int Minimum, int Average, int Maximum)
{
    /// <summary>The largest chunk that casync allows (CA_CHUNK_SIZE_LIMIT_MAX): 128 MiB.</summary>
    public const int LargestChunk = 128 << 20;

    // Where the formula of the discriminator still holds: it has a pole at 9.3 million, and is above its argument long before.
    private const int LargestAverage = 8 << 20;

    /// <summary>What casync and desync take when nothing is said: 16:64:256 KiB.</summary>
    public static ChunkParameters Default { get; } = new(16 << 10, 64 << 10, 256 << 10);

    /// <summary>
    /// Whether a chunk may have the minimum size exactly. casync cuts so; desync up to 1.0.4 first looks one byte later, so that one chunk in some ten
    /// thousand differs. An index does not say which, and who reads it need not know. The default is desync's.
    /// </summary>
    public bool CutsAtMinimum { get; init; }

    /// <summary>Reads three sizes in KiB as <c>desync --chunk-size</c> takes them: "16:64:256".</summary>
    /// <exception cref="BananaException">These are no sizes, or not in order.</exception>
    public static ChunkParameters Parse(string text)
    {
        var words = text.Split(':');
        Span<int> sizes = stackalloc int[3];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (words.Length != sizes.Length || !int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] > LargestChunk >> 10)
            {
                throw new BananaException(ExitCode.Usage, $"'{text}' is not three chunk sizes in KiB", next: "give them like 16:64:256");
            }
        }

        var parameters = new ChunkParameters(sizes[0] << 10, sizes[1] << 10, sizes[2] << 10);
        parameters.RequireChunking();
        return parameters;
    }

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Minimum / 1024d}:{Average / 1024d}:{Maximum / 1024d}");

    /// <summary>Throws unless an image can be cut by these sizes.</summary>
    /// <exception cref="BananaException">They are not in order or out of range.</exception>
    public void RequireChunking()
    {
        if (!IsOrdered || Minimum < BuzHash.WindowSize || Average > LargestAverage)
        {
            throw new BananaException(ExitCode.Usage, $"the chunk sizes {Minimum}, {Average} and {Maximum} are not in order, the minimum is below {BuzHash.WindowSize}, the average above {LargestAverage} or the maximum above {LargestChunk} bytes", next: "give them like 16:64:256");
        }
    }

    /// <summary>Whether an index may have these sizes.</summary>
    internal bool IsOrdered => Minimum >= 1 && Minimum <= Average && Average <= Maximum && Maximum <= LargestChunk;

    /// <summary>One of so many positions ends a chunk (CA_CHUNKER_DISCRIMINATOR_FROM_AVG: corrects for the bytes below the minimum, which are never an end).</summary>
    internal uint Discriminator => (uint)(Average / ((-1.42888852e-7 * Average) + 1.33237515));
}
