// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Foundation.Errors;

namespace Banana.Bench.Build;

/// <summary><c>build</c>: measures builds beside mkosi's.</summary>
internal static class BuildBenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var edition = new Option<string>("--edition") { Description = "The edition to build", DefaultValueFactory = _ => "core" };
        var runs = new Option<int>("--runs") { Description = "How often each is measured; the run with the middle time counts", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print everything as JSON" };
        var command = new Command("build", "Measure a build and an incremental build beside mkosi's, on the same package set, in the same run") { edition, runs, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(runs) < 1)
            {
                throw new BananaException(ExitCode.Usage, "cannot measure less than once", "--runs", "give a number of at least 1");
            }

            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "the benchmark", parsed.GetValue(CommandHost.Verbose), cancellation);
            var comparison = await new BuildBench(maker, parsed.GetValue(edition)!).RunAsync(parsed.GetValue(runs), cancellation);
            TerminalOutput.Result(parsed.GetValue(json) ? ComparisonJson.Compose(comparison) : ComparisonText.Compose(comparison));
            return (int)(comparison.Goals.All(goal => goal.IsMet) ? ExitCode.Success : ExitCode.Different);
        });
        return command;
    }
}
