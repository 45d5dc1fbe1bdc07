// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Testing;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Command = System.CommandLine.Command;

namespace Banana.Cli.Bench;

/// <summary><c>banana bench …</c>: builds the program in bench/ and starts it with the words that follow.</summary>
internal static class BenchCommand
{
    private const string Project = "Banana.Bench";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var words = new Argument<string[]>("words") { Description = "What to measure, and its options: 'build --runs 3', 'delta --small --json' (bench/README.md)", Arity = ArgumentArity.OneOrMore };
        var command = new Command("bench", "Measure builds and downloads beside named peers, in the same run") { words };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellation) =>
        {
            var checkout = Checkout.Find();
            var cache = checkout.ReadLocalConfiguration().Cache;
            Privileges.EnsureRoot("the benchmark", cache);
            var progress = new TerminalProgress(parsed.GetValue(CommandHost.Verbose));
            var artifacts = Path.Combine(cache, "bench", "artifacts", Sha256Digest.Of(checkout.Root)[..16]);
            using (var step = progress.Begin("build " + Project))
            {
                await new ProcessRunner().RunAsync(
                    Foundation.Processes.Command.Of(
                        TestBuild.Dotnet, "build", Path.Combine(checkout.Root, "bench", Project, Project + ".csproj"), "--configuration", "Release", $"-p:ArtifactsPath={artifacts}",
                        "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-nologo", "-verbosity:quiet", "--tl:off") with { OnLine = progress.Log },
                    cancellation);
                step.Complete("Release");
            }

            return await ProcessRunner.RunAttachedAsync(Foundation.Processes.Command.Of(
                TestBuild.Dotnet, [Path.Combine(artifacts, "bin", Project, "release", Project + ".dll"), .. parsed.GetValue(words)!, .. parsed.UnmatchedTokens]));
        });
        return command;
    }
}
