// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>An update from the first look to the desktop of the new version, by the page alone.</summary>
internal sealed class UpdatesItself : IScenario
{
    private static readonly TimeSpan UpdateTime = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public string Name => "update";

    /// <inheritdoc/>
    public string Title => "A person updates the system with the page";

    /// <inheritdoc/>
    public string? After => null;

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.UpdatingSession;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var (first, next) = (stage.Updates.First, stage.Updates.Next);
        await BootsToDesktop.SwitchOnAsync(stage, cancellation);
        await DeviceWatch.GoodAsync(stage, first, cancellation);
        await UpdatePage.OpenAsync(stage, cancellation);
        await stage.StepAsync(
            "Press 'Check for Updates'", $"version {next}, with what there is to download",
            async () =>
            {
                await stage.PressAsync(UpdatePage.Button(UpdatePage.Check), TimeSpan.FromSeconds(30), cancellation);
                await UpdatePage.UntilDoneAsync(stage, UpdatePage.Saying($"Version {next} is available"), TimeSpan.FromMinutes(1), cancellation);
                var offer = await stage.UntilShownAsync(UpdatePage.Saying("to download"), TimeSpan.FromSeconds(10), cancellation);
                stage.Note("what the page offers", offer.Name);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            },
            attempts: 2);
        await stage.StepAsync(
            "Press 'Update'", "the progress of the update",
            async () =>
            {
                await stage.PressAsync(UpdatePage.Button("Update"), TimeSpan.FromSeconds(30), cancellation);
                await UpdatePage.UntilDoneAsync(stage, UpdatePage.Saying("Updating beside the running system"), TimeSpan.FromSeconds(30), cancellation);
            });
        var began = stage.Uptime;
        await stage.StepAsync(
            "Wait for the end of the update", "a word that the new version is ready, and a button that restarts",
            async () =>
            {
                await UpdatePage.UntilDoneAsync(stage, UpdatePage.Button("Restart Now"), UpdateTime, cancellation);
                await DeviceWatch.RequireStagedAsync(stage, next, cancellation);
                stage.Note("from 'Update' to 'Restart Now'", $"{(stage.Uptime - began).TotalSeconds:0} s");
            });
        // Not every release has one, so that none is no failure; the film and the facts say which it was.
        await stage.StepAsync("Look for a notification", "a notification of the new version, where there is one", async () =>
        {
            var told = await stage.LookAsync(new NodeQuery { Application = "plasmashell", Name = next.ToString() }, cancellation);
            stage.Note("a notification of the staged update", told?.Name ?? "none");
        });
        await DeviceWatch.RestartByPageAsync(stage, next, cancellation);
        await UpdatePage.OpenAsync(stage, cancellation);
        await stage.StepAsync(
            "Look at the installed versions", $"version {next} runs now, and {first} can be gone back to",
            async () =>
            {
                await UpdatePage.UntilScrolledToAsync(stage, UpdatePage.Saying($"Version {next}"), isUp: false, TimeSpan.FromSeconds(30), cancellation);
                await UpdatePage.UntilScrolledToAsync(stage, UpdatePage.Button($"Go Back to Version {first}"), isUp: false, TimeSpan.FromSeconds(30), cancellation);
            });
        await UpdatePage.CloseAsync(stage, cancellation);
    }
}
