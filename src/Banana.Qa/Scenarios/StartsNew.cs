// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Qa.Guests;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>The first start of a machine: nobody has an account, a person makes one in German, and logs in with it.</summary>
internal sealed class StartsNew : IScenario
{
    private const string Account = "banana-first-boot";
    private const string Dialogue = "org.kde.banana.firstboot";

    /// <inheritdoc/>
    public string Name => "new";

    /// <inheritdoc/>
    public string Title => "A new machine greets its first person, who makes an account and logs in";

    /// <inheritdoc/>
    public string? After => null;

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.New;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        var user = stage.User;
        await stage.StepAsync("Switch the machine on", "the system comes up", () => stage.Shell.OpenAsync(TimeSpan.FromMinutes(2) * stage.Slowness, cancellation));
        await stage.StepAsync(
            "Wait for the dialogue", "a welcome, and languages in their own words",
            async () =>
            {
                await stage.UntilCommandAsync("the session of the dialogue", $"pgrep -u {Account} kwin_wayland", TimeSpan.FromMinutes(2), cancellation);
                await stage.EnterSessionAsync(Account, cancellation);
                await ShownAsync("Welcome");
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            });
        await stage.StepAsync(
            "Choose Deutsch", "the dialogue speaks German, and asks for keyboard and time",
            async () =>
            {
                // The list makes and drops its lines while it finds its place.
                await ShownAsync("Deutsch");
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
                await PressAsync("Deutsch");
                await PressAsync("Next");
                await ShownAsync("Tastatur und Zeit");
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            },
            attempts: 2);
        await stage.StepAsync(
            "Press Weiter", "fields for names and a password",
            async () =>
            {
                await PressAsync("Weiter");
                await ShownAsync("Ihr Name:");
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            });
        await stage.StepAsync(
            "Type names and a password", "all four fields are filled in",
            async () =>
            {
                await stage.Keyboard.TypeAsync(user.FullName + "\t", cancellation);
                await stage.Keyboard.PressAsync(["ctrl", "a"], cancellation);
                await stage.Keyboard.TypeAsync($"{user.Name}\t{user.Password}\t{user.Password}", cancellation);
                await stage.UntilStillAsync(TimeSpan.FromMinutes(1), cancellation);
            });
        await stage.StepAsync(
            "Press Enter", "the login manager, which knows the account",
            async () =>
            {
                await stage.Keyboard.PressAsync(["ret"], cancellation);
                await stage.UntilCommandAsync("the account", $"getent passwd {user.Name}", TimeSpan.FromSeconds(30), cancellation);
                stage.LeaveSession();
                await stage.UntilCommandAsync("the login manager's session", $"pgrep -u {BootsToLogin.Greeter} -f plasma-login-greeter", TimeSpan.FromMinutes(2), cancellation);
                await stage.EnterSessionAsync(BootsToLogin.Greeter, cancellation);
                await stage.UntilShownToHandsAsync(BootsToLogin.Password, TimeSpan.FromMinutes(1), cancellation);
            });
        await stage.StepAsync("Type the password and press Enter", "the session begins", () => LogsIn.TypePasswordAsync(stage, cancellation), attempts: 2);
        await stage.StepAsync(
            "Wait for the desktop", "a wallpaper and a panel, in German", () => BootsToDesktop.DesktopAsync(stage, cancellation, launcher: "Anwendungsstarter"));
        await stage.StepAsync(
            "Look for who may do what", "the person is an administrator, with a home of their own",
            async () =>
            {
                await stage.UntilCommandAsync("an administrator", $"id -nG {user.Name} | grep -qwE 'sudo|wheel'", TimeSpan.FromSeconds(10), cancellation);
                await stage.UntilCommandAsync("a home for one person", $"test \"$(stat -c %a:%U /home/{user.Name})\" = 700:{user.Name}", TimeSpan.FromSeconds(10), cancellation);
                await stage.UntilCommandAsync("no dialogue at the next start", "! test -e /etc/plasmalogin.conf.d/20-banana-first-boot.conf", TimeSpan.FromSeconds(10), cancellation);
            });

        Task ShownAsync(string name) => stage.UntilShownAsync(new NodeQuery { Application = Dialogue, Name = name }, TimeSpan.FromMinutes(1), cancellation);

        Task PressAsync(string name) => stage.PressAsync(new NodeQuery { Application = Dialogue, Name = name, IsWhole = true }, TimeSpan.FromSeconds(30), cancellation);
    }
}
