// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>From the login manager to the desktop, by the keyboard alone.</summary>
internal sealed class LogsIn : IScenario
{
    /// <inheritdoc/>
    public string Name => "login";

    /// <inheritdoc/>
    public string Title => "A person logs in with a password";

    /// <inheritdoc/>
    public string? After => "boot";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Greeter;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await stage.StepAsync("Type the password and press Enter", "the session begins", () => TypePasswordAsync(stage, cancellation), attempts: 2);
        await stage.StepAsync("Wait for the desktop", "a wallpaper, and a panel with a clock", () => BootsToDesktop.DesktopAsync(stage, cancellation));
    }

    /// <summary>Types the password into the login manager, whose session has been entered.</summary>
    public static async Task TypePasswordAsync(Stage stage, CancellationToken cancellation)
    {
        await stage.UntilShownToHandsAsync(BootsToLogin.Password, TimeSpan.FromSeconds(40), cancellation);
        await stage.Keyboard.TypeAsync(stage.User.Password, cancellation);
        await stage.Keyboard.PressAsync(["ret"], cancellation);
        await stage.UntilCommandAsync("the compositor of the session", $"pgrep -u {stage.User.Name} kwin_wayland", TimeSpan.FromMinutes(1), cancellation);
        stage.LeaveSession();
    }
}
