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

    /// <summary>Where passwords are typed.</summary>
    public static NodeQuery Password { get; } = new() { Role = "password text" };

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
            "Move the pointer", "the picture and the name of Terry Tester, and a field for the password",
            () => stage.UntilShownToHandsAsync(Password, TimeSpan.FromSeconds(40), cancellation));
    }
}
