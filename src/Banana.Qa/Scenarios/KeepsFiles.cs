// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>Dolphin, and the trash.</summary>
internal sealed class KeepsFiles : IScenario
{
    /// <inheritdoc/>
    public string Name => "files";

    /// <inheritdoc/>
    public string Title => "A folder is made, thrown away and brought back";

    /// <inheritdoc/>
    public string? After => "launch";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var folder = $"/home/{stage.User.Name}/plans";
        await stage.StepAsync(
            "Make a folder with Ctrl+Shift+N", "the folder 'plans'",
            async () =>
            {
                await stage.Keyboard.PressAsync(["ctrl", "shift", "n"], cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "dolphin", Role = "dialog" }, TimeSpan.FromSeconds(30), cancellation);
                await stage.Keyboard.PressAsync(["ctrl", "a"], cancellation);
                await stage.Keyboard.TypeAsync("plans\n", cancellation);
                await stage.UntilCommandAsync("the folder", $"test -d {folder}", TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
            });
        await stage.StepAsync(
            "Press Delete", "the folder is in the trash",
            async () =>
            {
                await stage.Keyboard.TypeAsync("plans", cancellation);
                await stage.Keyboard.PressAsync(["delete"], cancellation);
                await stage.UntilCommandAsync("the folder in the trash", $"! test -e {folder} && test -d /home/{stage.User.Name}/.local/share/Trash/files/plans", TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
            });
        await stage.StepAsync(
            "Undo with Ctrl+Z", "the folder is back",
            async () =>
            {
                await stage.Keyboard.PressAsync(["ctrl", "z"], cancellation);
                await stage.UntilCommandAsync("the folder at its place", $"test -d {folder}", TimeSpan.FromSeconds(30), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromSeconds(30), cancellation);
            });
        await stage.StepAsync("Close the window with Ctrl+Q", "the desktop", async () =>
        {
            await stage.Keyboard.PressAsync(["ctrl", "q"], cancellation);
            await stage.UntilCommandAsync("the end of Dolphin", $"! pgrep -u {stage.User.Name} -x dolphin", TimeSpan.FromSeconds(30), cancellation);
        });
    }
}
