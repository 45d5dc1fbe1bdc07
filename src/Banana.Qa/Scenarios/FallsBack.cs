// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.History;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>An update after which no session can start its compositor (<see cref="BrokenDesktop"/>): nobody does anything, and the machine finds its way back.</summary>
internal sealed class FallsBack : IScenario
{
    // Three tries of the boot loader, and one for an emulated machine that stood still and was reset.
    private const int MostBoots = 4;
    private static readonly TimeSpan UpdateTime = TimeSpan.FromMinutes(10);

    // The time of a boot that does not become good is told by a clock, however slow the machine is; the rest is for its end.
    private static readonly TimeSpan DownTime = BrokenDesktop.BootTime + TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public string Name => Repertoire.Broken;

    /// <inheritdoc/>
    public string Title => "A desktop that does not come up falls back by itself";

    /// <inheritdoc/>
    public string? After => "update";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.UpdatingSession;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ReleaseVersion good = default, broken = default;
        await stage.StepAsync("Publish a release whose compositor cannot start", "nothing is seen of it yet", async () =>
        {
            good = await DeviceWatch.RunsAsync(stage, cancellation);
            broken = await stage.Updates.PublishBrokenAsync(cancellation);
        });
        await stage.StepAsync("Install it with 'bananactl update'", "the desktop goes on", async () =>
        {
            await stage.Shell.RequireAsync("bananactl update", UpdateTime * stage.Slowness, cancellation);
            await DeviceWatch.RequireStagedAsync(stage, broken, cancellation);
        });
        await stage.StepAsync("Restart", $"version {broken} comes up, without a desktop", async () =>
        {
            var before = stage.Restarts;
            await stage.RestartAsync(cancellation);
            await stage.UntilRestartedAsync(before, TimeSpan.FromMinutes(2), cancellation);
            await stage.ComeBackAsync(cancellation);
            await DeviceWatch.RequireRunsAsync(stage, broken, cancellation);
        });
        await stage.StepAsync("Do nothing", $"the machine restarts by itself until version {good} runs", async () =>
            stage.Note($"boots of {broken}, which is broken", $"{await FollowAsync(stage, broken, good, cancellation)}"));
        await BootsToDesktop.SessionAsync(stage, cancellation);
        await DeviceWatch.GoodAsync(stage, good, cancellation);
        await stage.StepAsync("Look at the history", "that the desktop did not come up, and that the machine went back", async () =>
        {
            var history = (await DeviceWatch.HistoryAsync(stage, cancellation)).Where(happened => happened.Version == broken).ToList();
            var desktop = history.Where(happened => happened.Kind == DeviceEventKind.Unhealthy).SelectMany(happened => happened.Checks).FirstOrDefault(check => check is { Name: "desktop", Problem: not null });
            var back = history.FirstOrDefault(happened => happened.Kind == DeviceEventKind.FellBack);
            if (desktop is null || back is null)
            {
                throw new BananaException(
                    ExitCode.Unhealthy,
                    $"{(desktop is null ? $"no boot of {broken} was found bad for its desktop" : $"it does not say that the machine fell back from {broken}")}; bananactl says: {await DeviceWatch.TellAsync(stage, cancellation)}");
            }

            stage.Note($"why {broken} was left", $"{desktop.Problem}; {back.Reason}");
        });
        await UpdatePage.OpenAsync(stage, cancellation);
        await stage.StepAsync("Look at the page", $"that version {broken} did not work, and that the system went back", () =>
            UpdatePage.UntilScrolledToAsync(stage, UpdatePage.Saying($"Version {broken} did not work"), isUp: true, TimeSpan.FromSeconds(30), cancellation));
        await UpdatePage.CloseAsync(stage, cancellation);
    }

    /// <summary>Follows a machine that restarts until something else runs than what is broken.</summary>
    /// <returns>How often what is broken was started.</returns>
    private static async Task<int> FollowAsync(Stage stage, ReleaseVersion broken, ReleaseVersion good, CancellationToken cancellation)
    {
        for (var boots = 1; boots <= MostBoots; boots++)
        {
            await stage.UntilRestartedAsync(stage.Restarts, DownTime, cancellation);
            await stage.ComeBackAsync(cancellation);
            if (await DeviceWatch.RunsAsync(stage, cancellation) != broken)
            {
                await DeviceWatch.RequireRunsAsync(stage, good, cancellation);
                return boots;
            }
        }

        throw new BananaException(ExitCode.Unhealthy, $"{broken} was started more than {MostBoots} times, and nothing else was");
    }
}
