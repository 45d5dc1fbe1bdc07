// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>From the power button to the field for the password.</summary>
internal sealed class BootsToLogin : IScenario
{
    /// <summary>The account of the login manager's own session.</summary>
    public const string Greeter = "plasmalogin";

    /// <inheritdoc/>
    public string Name => "boot";

    /// <inheritdoc/>
    public string Title => "The machine boots to the login manager";

    /// <inheritdoc/>
    public string? After => null;

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Greeter;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await stage.StepAsync("Switch the machine on", "the system comes up", () => stage.Shell.OpenAsync(TimeSpan.FromMinutes(2) * stage.Slowness, cancellation));
        await stage.StepAsync(
            "Wait for the login manager", "the login manager runs",
            () => stage.UntilCommandAsync("the login manager's session", $"pgrep -u {Greeter} kwin_wayland && pgrep -u {Greeter} -f plasma-login-greeter", TimeSpan.FromMinutes(2), cancellation));
        await stage.StepAsync(
            "Look at the login manager", "the time and the date over a wallpaper",
            async () =>
            {
                await stage.EnterSessionAsync(Greeter, cancellation);
                await stage.UntilShownAsync(new NodeQuery { Application = "plasma-login-greeter" }, TimeSpan.FromMinutes(1), cancellation);
                stage.Note("from power-on to the login manager", $"{stage.Uptime.TotalSeconds:0} s");
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            });
        await stage.StepAsync(
            "Move the pointer and press a key", "the picture and the name of Terry Tester, and a field for the password",
            async () =>
            {
                await stage.PointAsync(0.4, 0.6, cancellation);
                await stage.PointAsync(0.5, 0.6, cancellation);
                await stage.Keyboard.PressAsync(["shift"], cancellation);
                await stage.UntilShownAsync(new NodeQuery { Role = "password text" }, TimeSpan.FromSeconds(20), cancellation);
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            },
            attempts: 3);
    }
}
