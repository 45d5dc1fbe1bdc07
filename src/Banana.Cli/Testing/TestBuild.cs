// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Cli.Testing;

/// <summary>Builds the test programs.</summary>
/// <param name="checkout">The checkout.</param>
/// <param name="cache">The folder for what is made, when the checkout cannot be written.</param>
/// <param name="runner">Runs dotnet.</param>
internal sealed class TestBuild(Checkout checkout, string cache, IProcessRunner runner)
{
    // The same as a plain 'dotnet build', so that the two share what they made.
    private const string Configuration = "Debug";

    private readonly string artifacts = checkout.IsWritable()
        ? Path.Combine(checkout.Root, "artifacts")
        : Path.Combine(cache, "tests", Sha256Digest.Of(checkout.Root)[..16]);

    /// <summary>The dotnet that runs us, which can build and run the tests too.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

    /// <summary>The folder of the tests' reports.</summary>
    public string Reports => Path.Combine(artifacts, "test-reports");

    /// <summary>The program of a tier.</summary>
    public string ProgramOf(TestTier tier) => Path.Combine(artifacts, "bin", tier.Project, Configuration.ToLowerInvariant(), $"{tier.Project}.dll");

    /// <summary>Builds; with all tiers it builds everything there is, so that nothing in the checkout is left unchecked.</summary>
    public async Task RunAsync(IReadOnlyList<TestTier> tiers, IProgressSink progress, CancellationToken cancellation)
    {
        IReadOnlyList<string> targets = tiers.Count == TestTier.All.Count ? ["Banana.slnx"] : [.. tiers.Select(tier => $"tests/{tier.Project}/{tier.Project}.csproj")];
        foreach (var target in targets)
        {
            using var step = progress.Begin($"build {Path.GetFileNameWithoutExtension(target)}");
            HashSet<string> problems = new(StringComparer.Ordinal);
            var command = Command.Of(
                Dotnet, "build", Path.Combine(checkout.Root, target), "--configuration", Configuration, $"-p:ArtifactsPath={artifacts}",
                "-nologo", "-verbosity:quiet", "--tl:off", "-nodeReuse:false");
            var result = await runner.RunAsync(command with { AllowFailure = true, OnLine = line => Collect(line, problems, progress) }, cancellation);
            if (result.ExitCode != 0)
            {
                foreach (var problem in problems.Count > 0 ? problems : result.Lines.Append(result.Error))
                {
                    TerminalOutput.Info(problem);
                }

                throw new BananaException(ExitCode.ToolFailed, $"{target} does not build (see above)", next: $"to replay: {command}");
            }

            step.Complete(Configuration);
        }
    }

    private static void Collect(string line, HashSet<string> problems, IProgressSink progress)
    {
        progress.Log(line);
        if (line.Contains(": error ", StringComparison.Ordinal) || line.Contains(": warning ", StringComparison.Ordinal))
        {
            problems.Add(line.Trim());
        }
    }
}
