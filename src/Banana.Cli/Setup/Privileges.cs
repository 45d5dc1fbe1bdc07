// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Runtime.InteropServices;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Cli.Setup;

/// <summary>Root: who we are, and how to become it. Builds need it, because the files of a system belong to many users.</summary>
internal static partial class Privileges
{
    // What sudo's clean environment would lose of what was set for us.
    private static readonly string[] Kept = ["BANANA_HOME", "BANANA_CACHE", "DOTNET_ROOT", "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_NOLOGO", "NO_COLOR", "TERM", "http_proxy", "https_proxy", "no_proxy"];

    /// <summary>Whether we are root.</summary>
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>Whether we are root, or sudo lets us become it: after asking for a password on a terminal, without one elsewhere.</summary>
    public static async Task<bool> MayBecomeRootAsync(IProcessRunner runner, CancellationToken cancellation) =>
        IsRoot || (Sudo is not null && (!Console.IsInputRedirected
            || (await runner.RunAsync(Command.Of(Sudo, "--non-interactive", "true") with { AllowFailure = true }, cancellation)).ExitCode == 0));

    private static string? Sudo { get; } = HostPackage.FindProgram("sudo");

    /// <summary>The command as root runs it: as it is when we are root, else through sudo.</summary>
    public static Command AsRoot(Command command)
    {
        if (IsRoot || Sudo is null)
        {
            return command;
        }

        // sudo clears the environment, so that variables go as arguments of env.
        return new Command(Sudo, [.. SudoOptions(), "env", .. command.Environment.Select(pair => $"{pair.Key}={pair.Value}"), command.FileName, .. command.Arguments])
        {
            WorkingDirectory = command.WorkingDirectory,
            StandardInput = command.StandardInput,
            OnLine = command.OnLine,
            StandardOutputFile = command.StandardOutputFile,
            AllowFailure = command.AllowFailure,
        };
    }

    /// <summary>Goes on as root: returns when we are root; else starts the same command line again through sudo, in our place, and says so.</summary>
    /// <param name="why">What needs root ("building").</param>
    /// <param name="cache">The cache of the user, which root goes on using.</param>
    /// <exception cref="BananaException"><see cref="ExitCode.MissingTool"/>: there is no sudo.</exception>
    public static void EnsureRoot(string why, string cache)
    {
        if (IsRoot)
        {
            return;
        }

        if (Sudo is null)
        {
            throw new BananaException(ExitCode.MissingTool, $"{why} needs root, and there is no sudo", next: "run the same command as root");
        }

        TerminalOutput.Info($"{why} needs root: going on by sudo");
        var environment = Kept
            .Select(name => (name, value: name == "BANANA_CACHE" ? cache : Environment.GetEnvironmentVariable(name)))
            .Where(pair => pair.value is not null)
            .Select(pair => $"{pair.name}={pair.value}");
        var program = Environment.GetCommandLineArgs().Skip(IsHosted ? 0 : 1).Prepend(Environment.ProcessPath!);
        string?[] arguments = [Sudo, .. SudoOptions(), "env", .. environment, .. program, null];
        _ = ExecV(Sudo, arguments);
        throw new BananaException(ExitCode.MissingTool, $"sudo did not start: {Marshal.GetLastPInvokeErrorMessage()}", next: "run the same command as root");
    }

    // Started as 'dotnet banana.dll …', where the first argument is the dll.
    private static bool IsHosted => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";

    // Nobody is there to give a password: fail at once in place of waiting for one.
    private static IEnumerable<string> SudoOptions() => Console.IsInputRedirected ? ["--non-interactive", "--"] : ["--"];

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExecV(string path, string?[] arguments);
}
