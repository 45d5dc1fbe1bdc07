// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Command = System.CommandLine.Command;

namespace Banana.Cli.Testing;

/// <summary><c>banana test [TIER…]</c>: builds and runs the tests.</summary>
internal static class TestCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var tiers = new Argument<string[]>("tier") { Description = "unit (seconds), integration (real tools, root), vm (boots); all of them when none is given", Arity = ArgumentArity.ZeroOrMore };
        tiers.AcceptOnlyFromAmong([.. TestTier.All.Select(tier => tier.Name)]);
        var filter = new Option<string[]>("--filter") { Description = "Run only tests whose class or method has this in its name; may be given more than once", HelpName = "name", AllowMultipleArgumentsPerToken = false };
        var command = new Command("test", "Build and run the tests: unit, integration, vm, or all of them") { tiers, filter, LongTestCommand.Mutations(), LongTestCommand.KillPoints(), LongTestCommand.BrokenKinds(), LongTestCommand.HealthyBoots(), LongTestCommand.CrashStates() };
        command.SetAction((parsed, cancellation) =>
        {
            var names = parsed.GetValue(tiers) ?? [];
            return RunAsync(
                [.. TestTier.All.Where(tier => names.Length == 0 || names.Contains(tier.Name, StringComparer.Ordinal))],
                parsed.GetValue(filter) ?? [],
                [],
                new TerminalProgress(parsed.GetValue(CommandHost.Verbose)),
                cancellation);
        });
        return command;
    }

    /// <summary>Builds and runs tests, and prints how many passed.</summary>
    /// <param name="tiers">The tiers.</param>
    /// <param name="filters">Parts of class or method names; empty for all tests.</param>
    /// <param name="variables">What the tests are told by their environment.</param>
    /// <param name="progress">Shows what happens.</param>
    /// <param name="cancellation">Stops the tests.</param>
    internal static async Task<int> RunAsync(IReadOnlyList<TestTier> tiers, IReadOnlyList<string> filters, Dictionary<string, string> variables, TerminalProgress progress, CancellationToken cancellation)
    {
        var checkout = Checkout.Find();
        var cache = checkout.ReadLocalConfiguration().Cache;
        var runner = new ProcessRunner();
        var need = tiers.Aggregate(Need.None, (all, tier) => all | tier.Need);
        await HostPackages.EnsureAsync(need, runner, progress, cancellation);
        if (tiers.FirstOrDefault(tier => tier.NeedsRoot) is { } first && !await Privileges.MayBecomeRootAsync(runner, cancellation))
        {
            throw new BananaException(ExitCode.MissingTool, $"{first.Name} tests need root, and sudo is missing or asks for a password", next: "run them as root, or only 'banana test unit'");
        }

        var build = new TestBuild(checkout, cache, runner);
        await build.RunAsync(tiers, progress, cancellation);
        var run = new TestRun(checkout, cache, runner, progress);
        List<TestTally> tallies = [];
        foreach (var tier in tiers)
        {
            tallies.Add(await run.RunAsync(tier, build.ProgramOf(tier), Path.Combine(build.Reports, $"{tier.Name}.ctrf.json"), filters, variables, cancellation));
        }

        return Sum(tallies, filters);
    }

    private static int Sum(IReadOnlyList<TestTally> tallies, IReadOnlyList<string> filters)
    {
        var (passed, failed, skipped) = (tallies.Sum(tally => tally.Passed), tallies.Sum(tally => tally.Failed), tallies.SelectMany(tally => tally.Skipped).ToList());
        if (filters.Count > 0 && passed + failed + skipped.Count == 0)
        {
            throw new BananaException(ExitCode.Usage, $"no test has {string.Join(" or ", filters.Select(filter => $"'{filter}'"))} in its name", next: "'banana test --filter' takes a part of a class or method name, with its case");
        }

        foreach (var (name, reason) in skipped)
        {
            TerminalOutput.Info($"  skipped {name}: {reason}");
        }

        TerminalOutput.Result($"{passed} passed, {failed} failed{(skipped.Count > 0 ? $", {skipped.Count} skipped" : string.Empty)}");
        return (int)(failed > 0 ? ExitCode.Different : ExitCode.Success);
    }
}
