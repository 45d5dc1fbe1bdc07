// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Foundation.Processes;

namespace Banana.Daemon.FirstBoot;

/// <summary>The parts of the first boot that are processes of their own; units and the session start them (apps/first-boot).</summary>
internal static class FirstBootProgram
{
    /// <summary>The exit code of the dialogue that wants to be started again, in the language that was chosen.</summary>
    public const int Again = 10;

    /// <summary>The dialogue.</summary>
    public const string App = "org.kde.banana.firstboot";

    /// <summary>The unit of the user's service manager that has the compositor and the dialogue.</summary>
    public const string SessionUnit = "banana-first-boot-session.service";

    // What a session's service manager has to know of the session (pam_systemd(8)).
    private static readonly string[] SessionVariables = ["XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "XDG_SEAT", "XDG_VTNR"];

    /// <summary>Before the login manager starts: whether it opens the dialogue.</summary>
    public static async Task PrepareAsync(CancellationToken cancellation)
    {
        var accounts = new PersonAccounts("/", new ProcessRunner());
        await accounts.CleanAsync(cancellation);
        await new LoginManagers("/").SetAsync(accounts.IsNobody, cancellation);
    }

    /// <summary>The service that the dialogue asks.</summary>
    public static async Task ServeAsync(CancellationToken cancellation)
    {
        await using var bus = await BusConnection.OpenSystemAsync(new BusOptions { OnDefect = error => Journal.Write(error.ToString()) });
        var accounts = new PersonAccounts("/", new ProcessRunner());
        await bus.ExportAsync(
            FirstBootObject.Path,
            new FirstBootObject(accounts, new SystemLocale(bus, "/"), new LoginManagers("/"), "/", () => accounts.NumberOf(LoginManagers.Account)).Describe(),
            cancellation);
        await bus.RequestNameAsync(FirstBootObject.Name, cancellation);
        IdleService.NotifyReady();
        // As long as a person may think about a name; a start on a slow machine takes longer than callers wait.
        await IdleService.ServeAsync(bus, [FirstBootObject.Name], TimeSpan.FromMinutes(10), () => false, cancellation);
    }

    /// <summary>The session: the compositor as a unit, as sessions of Plasma have theirs, until it ends.</summary>
    public static async Task<int> SessionAsync(CancellationToken cancellation)
    {
        ProcessRunner tools = new();
        await tools.RunAsync(Command.Of("systemctl", ["--user", "import-environment", .. SessionVariables.Where(name => Environment.GetEnvironmentVariable(name) is not null)]), cancellation);
        return (await tools.RunAsync(Command.Of("systemctl", "--user", "start", "--wait", SessionUnit) with { AllowFailure = true }, cancellation)).ExitCode;
    }

    /// <summary>The dialogue inside of the compositor, as often as it wants to speak another language.</summary>
    public static async Task<int> DialogueAsync(CancellationToken cancellation)
    {
        ProcessRunner tools = new();
        List<string> words = [App, "--full-screen"];
        while (true)
        {
            var command = Command.Of("/usr/lib/banana/banana-app", words)
                .With("LANG", Language("/etc/locale.conf")).With("QT_QPA_PLATFORMTHEME", "kde").With("QT_QPA_PLATFORM", "wayland") with { OnLine = Journal.Write, AllowFailure = true };
            var code = (await tools.RunAsync(command, cancellation)).ExitCode;
            if (code != Again)
            {
                return code;
            }

            words = [App, "--full-screen", "--language-is-chosen"];
        }
    }

    /// <summary>The language that is set (locale.conf(5)).</summary>
    public static string Language(string file) =>
        (File.Exists(file) ? File.ReadLines(file) : []).FirstOrDefault(line => line.StartsWith("LANG=", StringComparison.Ordinal))?["LANG=".Length..].Trim('"') ?? "C.UTF-8";
}
