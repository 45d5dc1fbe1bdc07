// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>Kickoff, by search.</summary>
internal sealed class LaunchesDolphin : IScenario
{
    /// <inheritdoc/>
    public string Name => "launch";

    /// <inheritdoc/>
    public string Title => "A program is found by its name and started";

    /// <inheritdoc/>
    public string? After => "desktop";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await stage.StepAsync(
            "Press the Meta key", "the application launcher with a field for a search",
            async () =>
            {
                await stage.Keyboard.PressAsync(["meta_l"], cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
            });
        await stage.StepAsync(
            "Type 'dolphin' and press Enter", "a window of Dolphin with the user's folders",
            async () =>
            {
                await stage.Keyboard.TypeAsync("dolphin", cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "plasmashell", Name = "Dolphin" }, TimeSpan.FromSeconds(30), cancellation);
                await stage.Keyboard.PressAsync(["ret"], cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "dolphin", Role = "frame" }, TimeSpan.FromSeconds(60), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
    }
}
