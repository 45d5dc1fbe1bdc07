// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>The page System Update of System Settings, on a machine whose repository cannot be had.</summary>
internal sealed class OpensUpdates : IScenario
{
    private const string Settings = "systemsettings";

    /// <inheritdoc/>
    public string Name => "updates";

    /// <inheritdoc/>
    public string Title => "System Settings tells what runs, and why there is no update";

    /// <inheritdoc/>
    public string? After => "desktop";

    /// <inheritdoc/>
    public bool IsInSession => true;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await stage.StepAsync(
            "Find the page System Update in the launcher", "the page, with the version that runs and the history",
            async () =>
            {
                await stage.Keyboard.PressAsync(["meta_l"], cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
                await stage.Keyboard.TypeAsync("system update", cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "plasmashell", Name = "System Update" }, TimeSpan.FromSeconds(60), cancellation);
                await stage.Keyboard.PressAsync(["ret"], cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = Settings, Name = "Check for Updates" }, TimeSpan.FromSeconds(40), cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = Settings, Name = "Runs now" }, TimeSpan.FromSeconds(20), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
        await stage.StepAsync(
            "Press 'Check for Updates'", "a plain line that says why that cannot be, and what to do",
            async () =>
            {
                await stage.PressAsync(new NodeQuery { Application = Settings, Name = "Check for Updates" }, TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = Settings, Name = "repository" }, TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
        await stage.StepAsync("Close the window", "the desktop", async () =>
        {
            await stage.Keyboard.PressAsync(["ctrl", "q"], cancellation);
            await stage.UntilCommandAsync("the end of System Settings", $"! pgrep -u {stage.User.Name} -x {Settings}", TimeSpan.FromSeconds(30), cancellation);
        });
    }
}
