// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Try.Update;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Cli.Try.Story;

/// <summary>The story of <c>banana try</c>: a first boot, an update, a broken release.</summary>
internal static class StoryTeller
{
    private const int Tries = 3;

    /// <summary>Lets it happen.</summary>
    /// <param name="trial">Publishes releases.</param>
    /// <param name="options">The machine; its disk has the first release.</param>
    /// <param name="release">The first release; the second is published already.</param>
    /// <param name="broken">The third release, which does not boot.</param>
    /// <param name="folder">Where the repository is.</param>
    /// <param name="tools">Runs programs of the host.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="cancellation">Ends the machine.</param>
    /// <returns>The first boot, and everything that happened.</returns>
    public static async Task<(BootRecord Boot, StoryReport Story)> TellAsync(
        UpdateTrial trial, MachineOptions options, ReleaseDirectory release, ReleaseDirectory broken, string folder, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        var first = release.Manifest.Version;
        var (second, third) = (first with { Number = first.Number + 1 }, broken.Manifest.Version);
        await using var story = new DeviceStory(options, folder, tools, progress);
        var boot = new BootRecord { Verdict = new HealthVerdict([]), Serial = [], SerialLog = options.SerialLog, Acceleration = options.Accelerator.Description };
        List<StoryEvent> problems = [];
        IReadOnlyList<string> history = [];
        try
        {
            var health = await story.BeginAsync(release.Manifest, cancellation);
            boot = boot with
            {
                Verdict = HealthVerdict.Of(health, new HealthExpectation(first.ToString(), release.Manifest.RootHash)), Health = health, ReportedAfter = story.Events[0].At,
                Serial = story.Machine.Console.Lines, Screen = story.Events[0].Screen, Acceleration = story.Machine.Accelerator.Description,
            };
            await story.InstallAsync(second, cancellation);
            await story.RestartAsync(second, failures: 0, cancellation);
            await trial.PublishAsync(broken, folder, cancellation);
            await story.InstallAsync(third, cancellation);
            await story.RestartAsync(second, failures: Tries, cancellation);
            history = (await story.EndAsync(cancellation)).History;
        }
        catch (BananaException error)
        {
            // What happened until here is worth to be seen; the console says the rest.
            problems.Add(new(story.Machine?.Uptime ?? TimeSpan.Zero, error.Message, IsGood: false));
            if (boot.Health is null)
            {
                boot = boot with { Verdict = new HealthVerdict([new("boot", false, error.Message)]), Serial = story.Machine?.Console.Lines ?? [] };
            }
        }

        return (boot, new([.. story.Events, .. problems], history));
    }
}
