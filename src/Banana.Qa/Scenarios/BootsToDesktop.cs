// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>From the power button to the desktop of a person whose session opens by itself.</summary>
internal sealed class BootsToDesktop : IScenario
{
    /// <inheritdoc/>
    public string Name => "desktop";

    /// <inheritdoc/>
    public string Title => "The machine boots to the desktop";

    /// <inheritdoc/>
    public string? After => null;

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await SwitchOnAsync(stage, cancellation);
        stage.Note("from power-on to the desktop", $"{stage.Uptime.TotalSeconds:0} s");
        // Where a missing panel differs by 0.3, a panel that is drawn by a graphics card, with blur behind it, has room to differ.
        await stage.StepAsync("Look at the panel", "the launcher, and the programs beside it", () => stage.UntilLooksLikeAsync("panel", TimeSpan.FromSeconds(20), cancellation));
        await stage.StepAsync(
            "Ask how much memory is in use", "a part of what there is",
            async () => stage.Note("memory in use on the desktop", (await stage.Shell.RequireAsync("free -m | awk '/^Mem/ { print $3 \" of \" $2 \" MiB\" }'", TimeSpan.FromMinutes(2), cancellation)).Text));
    }

    /// <summary>The steps from the power button to the desktop.</summary>
    public static async Task SwitchOnAsync(Stage stage, CancellationToken cancellation)
    {
        await stage.StepAsync("Switch the machine on", "the system comes up", () => stage.Shell.OpenAsync(TimeSpan.FromMinutes(2) * stage.Slowness, cancellation));
        await SessionAsync(stage, cancellation);
    }

    /// <summary>The steps from a system that comes up to the desktop.</summary>
    public static async Task SessionAsync(Stage stage, CancellationToken cancellation)
    {
        await stage.StepAsync(
            "Wait for the session", "the session begins",
            () => stage.UntilCommandAsync("the compositor of the session", $"pgrep -u {stage.User.Name} kwin_wayland", TimeSpan.FromMinutes(1), cancellation));
        await stage.StepAsync("Wait for the desktop", "a wallpaper, and a panel with a clock", () => DesktopAsync(stage, cancellation));
    }

    /// <summary>Waits until the desktop is there, and goes into its session.</summary>
    /// <param name="stage">The machine.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <param name="launcher">What the launcher is called in the language of the session.</param>
    public static async Task DesktopAsync(Stage stage, CancellationToken cancellation, string launcher = "Application Launcher")
    {
        await stage.UntilCommandAsync("Plasma's shell", $"pgrep -u {stage.User.Name} plasmashell", TimeSpan.FromMinutes(2), cancellation);
        await stage.EnterSessionAsync(stage.User.Name, cancellation);
        await stage.UntilShownAsync(new NodeQuery { Application = "plasmashell", Name = launcher }, TimeSpan.FromMinutes(2), cancellation);
        await stage.UntilStillAsync(TimeSpan.FromMinutes(2), cancellation);
    }
}
