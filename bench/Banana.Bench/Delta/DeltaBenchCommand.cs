// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Bench.Delta.Pairs;
using Banana.Bench.Delta.Report;
using Banana.Bench.Delta.Ways;
using Banana.Cli;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Foundation.Errors;

namespace Banana.Bench.Delta;

/// <summary><c>delta</c>: measures what an update downloads, beside the peers; <c>delta pairs</c> only makes the images.</summary>
internal static class DeltaBenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var small = new Option<bool>("--small") { Description = "Only the pair of some ten MB", Recursive = true };
        var names = new Option<string[]>("--pair") { Description = "Only these pairs: small, daily, weekly", Recursive = true }.AcceptOnlyFromAmong([.. PairDefinition.All.Select(pair => pair.Name)]);
        var json = new Option<bool>("--json") { Description = "Print everything as JSON" };
        var pairs = new Command("pairs", "Make the pairs of images, and keep them in the cache");
        pairs.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await OpenAsync(parsed, cancellation);
            await new PairMaker(maker).EnsureAllAsync(Chosen(parsed), cancellation);
            return 0;
        });
        var command = new Command("delta", "Measure what an update downloads, beside full images, desync and zstd --patch-from") { small, names, json, pairs, OurPrograms.Create() };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await OpenAsync(parsed, cancellation);
            List<DeltaComparison> comparisons = [];
            foreach (var definition in Chosen(parsed))
            {
                comparisons.Add(await new DeltaBench(maker).RunAsync(definition, cancellation));
            }

            TerminalOutput.Result(parsed.GetValue(json) ? DeltaJson.Compose(comparisons) : string.Join("\n\n", comparisons.Select(DeltaText.Compose)));
            return comparisons.SelectMany(DeltaGoals.Of).All(goal => goal.Reached) ? 0 : (int)ExitCode.Different;
        });
        return command;

        static Task<MakerEnvironment> OpenAsync(ParseResult parsed, CancellationToken cancellation) =>
            MakerEnvironment.OpenAsync(Need.Build, "the benchmark", parsed.GetValue(CommandHost.Verbose), cancellation);

        IReadOnlyList<PairDefinition> Chosen(ParseResult parsed) => parsed.GetValue(small) ? [PairDefinition.Small]
            : parsed.GetValue(names) is { Length: > 0 } some ? [.. PairDefinition.All.Where(pair => some.Contains(pair.Name, StringComparer.Ordinal))]
            : PairDefinition.All;
    }
}
