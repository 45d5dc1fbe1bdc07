// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.History;
using Banana.Foundation.Errors;
using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>Back to the version before, which asks for a password.</summary>
internal sealed class GoesBack : IScenario
{
    /// <inheritdoc/>
    public string Name => "rollback";

    /// <inheritdoc/>
    public string Title => "A person goes back to the version before";

    /// <inheritdoc/>
    public string? After => "update";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.UpdatingSession;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var (first, next) = (stage.Updates.First, stage.Updates.Next);
        await UpdatePage.OpenAsync(stage, cancellation);
        await stage.StepAsync(
            $"Press 'Go Back to Version {first}'", "a dialogue that asks for the password",
            async () =>
            {
                var button = UpdatePage.Button($"Go Back to Version {first}");
                await UpdatePage.UntilScrolledToAsync(stage, button, isUp: false, TimeSpan.FromSeconds(30), cancellation);
                await stage.PressAsync(button, TimeSpan.FromSeconds(30), cancellation);
                // Whoever asks: Plasma's agent is a program of its own, and no other field on this screen is for a password.
                await stage.UntilShownAsync(new NodeQuery { Role = "password text" }, TimeSpan.FromSeconds(60), cancellation);
            });
        await stage.StepAsync(
            "Type the password and press Enter", $"version {first} boots next",
            async () =>
            {
                await stage.Keyboard.TypeAsync(stage.User.Password, cancellation);
                await stage.Keyboard.PressAsync(["ret"], cancellation);
                await stage.UntilAsync(
                    $"version {first} as what boots next", async () => await DeviceWatch.StatusAsync(stage, cancellation) is var status && status.Next == first ? status : null, TimeSpan.FromSeconds(30), cancellation);
            },
            attempts: 2);
        await stage.StepAsync(
            "Look at the page", $"a word that version {first} is ready, and a button that restarts",
            async () =>
            {
                await DeviceWatch.RequireStagedAsync(stage, first, cancellation);
                await UpdatePage.UntilScrolledToAsync(stage, UpdatePage.Button("Restart Now"), isUp: true, TimeSpan.FromSeconds(60), cancellation);
            });
        await DeviceWatch.RestartByPageAsync(stage, first, cancellation);
        await stage.StepAsync("Look at the history", $"the person went back from {next}", async () =>
        {
            var history = await DeviceWatch.HistoryAsync(stage, cancellation);
            if (!history.Any(happened => happened.Kind == DeviceEventKind.RolledBack && happened.Version == next))
            {
                throw new BananaException(ExitCode.Unhealthy, $"no rollback from {next} is in it; bananactl says: {await DeviceWatch.TellAsync(stage, cancellation)}");
            }
        });
    }
}
