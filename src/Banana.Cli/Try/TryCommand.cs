// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Build;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Try.Report;
using Banana.Cli.Try.Story;
using Banana.Cli.Try.Update;
using Banana.Cli.Vm;
using Banana.Cli.Workbenches;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Vm.Health;

namespace Banana.Cli.Try;

/// <summary>
/// <c>banana try</c>: the main job in one command. Builds the system and its next release, publishes both, boots the first in a virtual machine, lets it
/// update itself, sends it a release that does not boot, and tells what came of it.
/// </summary>
internal static class TryCommand
{
    private const int MemoryMiB = 2048;
    private const int Processors = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var edition = new Option<string>("--edition") { Description = "The edition to build and boot", DefaultValueFactory = _ => "core" };
        var command = new Command("try", "Build the system from real packages, boot it in a virtual machine, let it update itself and fall back from a broken release, and report on all that") { edition };
        command.SetAction(async (parsed, cancellation) => (int)await RunAsync(parsed.GetValue(edition)!, parsed.GetValue(CommandHost.Verbose), cancellation));
        return command;
    }

    private static async Task<ExitCode> RunAsync(string edition, bool verbose, CancellationToken cancellation)
    {
        using var environment = await MakerEnvironment.OpenAsync(Need.Build | Need.Vm, "building", verbose, cancellation);
        var checkout = environment.Checkout;
        var recorder = new StepRecorder();
        var progress = new CompositeProgress(environment.Progress, recorder);
        var built = await new Maker(environment, progress).BuildAsync(edition, version: null, checkout.Out, clean: false, cancellation);
        var steps = recorder.Steps;

        var release = ReleaseDirectory.Open(built.Folder);
        var source = BootSource.Find(built.Folder, checkout.Out);
        var folder = Path.Combine(checkout.Out, "try");
        var trial = new UpdateTrial(environment, environment.Progress);
        UpdateCosts? update = null;
        ReleaseDirectory? broken = null;
        if (trial.HasNext(release))
        {
            TerminalOutput.Info("  its next release, of newer packages; both are published:");
            update = await trial.RunAsync(release, folder, cancellation);
            TerminalOutput.Info("  a release after it that panics, on purpose; it is published when the second one runs:");
            broken = await trial.BuildAsync(release, 2, UpdateTrial.Broken, folder, cancellation);
        }

        var request = new VmRequest { Health = true, MemoryMiB = MemoryMiB, Processors = Processors, Screenshot = Path.Combine(folder, "screen.png"), Timeout = Patience }.Check();
        var options = await VmMachine.OptionsAsync(request, source, environment.Host, cancellation);
        TerminalOutput.Info($"  booting it with {options.Accelerator.Description}; its console is in {options.SerialLog}");
        var (boot, story) = broken is null
            ? (await WatchedBoot.RunAsync(options, new HealthExpectation(release.Manifest.Version.ToString(), release.Manifest.RootHash), Patience, environment.Host, progress, cancellation), null)
            : await StoryTeller.TellAsync(trial, options, release, broken, folder, environment.Host, environment.Progress, cancellation);
        var report = TryReport.Of(release, Path.GetRelativePath(checkout.Root, built.Folder), steps, boot, TimeProvider.System.GetUtcNow()) with { Update = update, Story = story };
        var html = Path.Combine(folder, "report.html");
        await HtmlReport.WriteAsync(report, html, cancellation);
        foreach (var line in TextReport.Of(report, Path.GetRelativePath(Environment.CurrentDirectory, html), TerminalOutput.Paint))
        {
            TerminalOutput.Result(line);
        }

        return boot.Verdict.IsHealthy && story?.IsGood != false ? ExitCode.Success : ExitCode.Unhealthy;
    }
}
