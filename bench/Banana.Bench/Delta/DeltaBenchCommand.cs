// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Bench.Delta.Pairs;
using Banana.Cli;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;

namespace Banana.Bench.Delta;

/// <summary><c>delta</c>: measures what an update downloads, beside the peers; <c>delta pairs</c> only makes the images.</summary>
internal static class DeltaBenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var small = new Option<bool>("--small") { Description = "Only the pair of some ten MB", Recursive = true };
        var pairs = new Command("pairs", "Make the pairs of images, and keep them in the cache");
        pairs.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "making trees", parsed.GetValue(CommandHost.Verbose), cancellation);
            foreach (var definition in parsed.GetValue(small) ? [PairDefinition.Small] : PairDefinition.All)
            {
                await new PairMaker(maker).EnsureAsync(definition, cancellation);
            }

            return 0;
        });
        return new Command("delta", "Measure what an update downloads, beside full images, desync and zstd --patch-from") { small, pairs };
    }
}
