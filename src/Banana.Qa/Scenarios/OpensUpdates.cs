// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>The page System Update of System Settings, on a machine whose repository cannot be had.</summary>
internal sealed class OpensUpdates : IScenario
{
    /// <inheritdoc/>
    public string Name => "updates";

    /// <inheritdoc/>
    public string Title => "System Settings tells what runs, and why there is no update";

    /// <inheritdoc/>
    public string? After => "desktop";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await UpdatePage.OpenAsync(stage, cancellation);
        await stage.StepAsync(
            "Press 'Check for Updates'", "a plain line that says why that cannot be, and what to do",
            async () =>
            {
                await stage.PressAsync(UpdatePage.Button(UpdatePage.Check), TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilShownAsync(UpdatePage.Saying("repository"), TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
        await UpdatePage.CloseAsync(stage, cancellation);
    }
}
