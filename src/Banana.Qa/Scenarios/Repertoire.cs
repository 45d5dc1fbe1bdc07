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
    /// <summary>The scenarios in the order in which they are played.</summary>
    public static IReadOnlyList<IScenario> All { get; } = [new BootsToLogin(), new LogsIn(), new BootsToDesktop(), new LaunchesDolphin(), new KeepsFiles(), new OpensKonsole(), new OpensUpdates(), new EndsClean()];

    /// <summary>The scenarios that were asked for, and those that they need.</summary>
    /// <param name="names">Their names; empty: all.</param>
    /// <exception cref="BananaException">There is none of such a name.</exception>
    public static IReadOnlyList<IScenario> Choose(IReadOnlyList<string> names)
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

        return names.Count == 0 ? All : [.. All.Where(scenario => wanted.Contains(scenario.Name))];
    }

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
