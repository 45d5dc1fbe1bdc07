// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Qa.Films;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>All scenarios, and how they are played one after the other on one machine.</summary>
public static class Repertoire
{
    /// <summary>The name of the scenario that <see cref="UpdateSource.PublishBrokenAsync"/> is called in.</summary>
    public const string Broken = "broken";

    /// <summary>The scenarios in the order in which they are played.</summary>
    public static IReadOnlyList<IScenario> All { get; } =
    [
        new StartsNew(), new BootsToLogin(), new LogsIn(), new BootsToDesktop(), new LaunchesDolphin(), new KeepsFiles(), new OpensKonsole(), new OpensUpdates(), new EndsClean(),
        new UpdatesItself(), new GoesBack(), new FallsBack(),
    ];

    /// <summary>The scenarios that were asked for, and those that they need.</summary>
    /// <param name="names">Their names; empty: those that one release is enough for, or all.</param>
    /// <param name="all">Whether no name stands for all, those included that more releases have to be built for.</param>
    /// <exception cref="BananaException">There is none of such a name.</exception>
    public static IReadOnlyList<IScenario> Choose(IReadOnlyList<string> names, bool all = false)
    {
        ArgumentNullException.ThrowIfNull(names);
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var needed = name;
            while (needed is not null && wanted.Add(needed))
            {
                needed = Of(needed).After;
            }
        }

        return [.. All.Where(scenario => names.Count > 0 ? wanted.Contains(scenario.Name) : all || !NeedsMoreReleases(scenario))];
    }

    /// <summary>Whether releases have to be built for a scenario, beside the one that it is played on.</summary>
    public static bool NeedsMoreReleases(IScenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return scenario.Machine == MachineKind.UpdatingSession;
    }

    /// <summary>Scenarios by the machine that they are played on, in their order.</summary>
    public static IEnumerable<IGrouping<MachineKind, IScenario>> ByMachine(IReadOnlyList<IScenario> scenarios) => scenarios.GroupBy(scenario => scenario.Machine);

    /// <summary>Plays scenarios. What needs one that failed is not begun.</summary>
    /// <param name="scenarios">The scenarios.</param>
    /// <param name="stage">The machine.</param>
    /// <param name="progress">Is told what is played.</param>
    /// <param name="onScene">Takes each scenario when it is over.</param>
    /// <param name="cancellation">Stops the play.</param>
    public static async Task PlayAsync(IReadOnlyList<IScenario> scenarios, Stage stage, IProgressSink progress, Func<FilmScene, Task> onScene, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(scenarios);
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(onScene);
        List<FilmScene> scenes = [];
        foreach (var scenario in scenarios)
        {
            var before = scenes.FirstOrDefault(scene => scene.Name == scenario.After);
            if (before is { Outcome: not Outcome.Passed })
            {
                await AddAsync(new FilmScene(scenario.Name, scenario.Title, [], $"needs '{before.Name}', which did not pass")).ConfigureAwait(false);
                continue;
            }

            progress.Log($"scenario {scenario.Name}: {scenario.Title}");
            try
            {
                await scenario.PlayAsync(stage, cancellation).ConfigureAwait(false);
            }
            catch (StepFailedException)
            {
                // The film has it.
            }

            await AddAsync(new FilmScene(scenario.Name, scenario.Title, stage.TakeSteps())).ConfigureAwait(false);
        }

        Task AddAsync(FilmScene scene)
        {
            scenes.Add(scene);
            return onScene(scene);
        }
    }

    private static IScenario Of(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name) ?? throw new BananaException(ExitCode.Usage, $"there is no scenario '{name}'", next: $"there are: {string.Join(", ", All.Select(scenario => scenario.Name))}");
}
