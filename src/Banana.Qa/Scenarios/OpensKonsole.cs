// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>Konsole, by its shortcut.</summary>
internal sealed class OpensKonsole : IScenario
{
    /// <inheritdoc/>
    public string Name => "konsole";

    /// <inheritdoc/>
    public string Title => "A command is run in a terminal";

    /// <inheritdoc/>
    public string? After => "desktop";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var file = $"/home/{stage.User.Name}/konsole-was-here";
        await stage.StepAsync(
            "Press Ctrl+Alt+T", "a window of Konsole with a prompt",
            async () =>
            {
                await stage.Keyboard.PressAsync(["ctrl", "alt", "t"], cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "konsole", Role = "frame" }, TimeSpan.FromSeconds(60), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
        await stage.StepAsync(
            "Run a command", "its output, and the prompt again",
            async () =>
            {
                await stage.Keyboard.TypeAsync("bananactl status; touch konsole-was-here\n", cancellation);
                await stage.UntilCommandAsync("the file that the command makes", $"test -e {file}", TimeSpan.FromSeconds(60), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(60), cancellation);
            });
        await stage.StepAsync("Leave with 'exit'", "the desktop", async () =>
        {
            await stage.Keyboard.TypeAsync("exit\n", cancellation);
            await stage.UntilCommandAsync("the end of Konsole", $"! pgrep -u {stage.User.Name} -x konsole", TimeSpan.FromSeconds(30), cancellation);
        });
    }
}
