// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Foundation.Processes;

namespace Banana.Cli.Testing;

/// <summary>Runs the programs of test tiers and counts.</summary>
/// <param name="checkout">The checkout.</param>
/// <param name="cache">The cache that the tests share with each other and with the user's own builds.</param>
/// <param name="runner">Runs the programs.</param>
/// <param name="progress">Shows what happens.</param>
internal sealed class TestRun(Checkout checkout, string cache, IProcessRunner runner, TerminalProgress progress)
{
    /// <summary>Runs the program of a tier.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="program">Its program.</param>
    /// <param name="report">Where the program leaves its report (Common Test Report Format, ctrf.io).</param>
    /// <param name="filters">Parts of class or method names; empty for all tests.</param>
    /// <param name="variables">What the tests are told beside that.</param>
    /// <param name="cancellation">Stops the tests.</param>
    public async Task<TestTally> RunAsync(TestTier tier, string program, string report, IReadOnlyList<string> filters, IReadOnlyDictionary<string, string> variables, CancellationToken cancellation)
    {
        using var step = progress.Begin($"{tier.Name} tests");
        var tally = new TestTally(tier, step, progress.Say);
        Directory.CreateDirectory(Path.GetDirectoryName(report)!);
        IEnumerable<string> arguments = [program, "-automated", "async", "-noAutoReporters", "-ctrf", report, .. filters.SelectMany(filter => new[] { "-method", $"*{filter}*" })];
        var command = new Command(TestBuild.Dotnet, [.. arguments])
        {
            Environment = new Dictionary<string, string>(variables, StringComparer.Ordinal)
            {
                ["BANANA_HOME"] = checkout.Root,
                ["BANANA_CACHE"] = cache,
                // Microsoft.Testing.Platform comes along with xunit; it reports to its makers unless told not to.
                ["TESTINGPLATFORM_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            },
            WorkingDirectory = checkout.Root,
            AllowFailure = true,
            OnLine = line =>
            {
                tally.Take(line);
                progress.Log(line);
            },
        };
        var result = await runner.RunAsync(tier.NeedsRoot ? Privileges.AsRoot(command) : command, cancellation);
        if (!tally.IsComplete || (result.ExitCode != 0 && tally.Failed == 0))
        {
            tally.Died(result.ExitCode, command.ToString());
        }

        step.Complete($"{tally.Passed} passed, {tally.Failed} failed{(tally.Skipped.Count > 0 ? $", {tally.Skipped.Count} skipped" : string.Empty)}");
        return tally;
    }
}
