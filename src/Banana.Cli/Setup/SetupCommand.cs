// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Command = System.CommandLine.Command;

namespace Banana.Cli.Setup;

/// <summary><c>banana setup</c>: makes the machine ready.</summary>
internal static class SetupCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var check = new Option<bool>("--check") { Description = "Only tell what is missing, and exit with 7 if anything is" };
        var command = new Command("setup", "Install what this machine needs to build, boot and test (the other commands do it too, when they need it)") { check };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(check))
            {
                return Report();
            }

            await HostPackages.EnsureAsync(Need.Test, new ProcessRunner(), new TerminalProgress(parsed.GetValue(CommandHost.Verbose)), cancellation);
            TerminalOutput.Info("this machine has everything that Banana needs");
            return (int)ExitCode.Success;
        });
        return command;
    }

    private static int Report()
    {
        var family = DistributionFamilies.OfHost();
        var missing = HostPackages.Missing(Need.Test);
        foreach (var package in HostPackage.All)
        {
            TerminalOutput.Result($"{(missing.Contains(package) ? "missing" : "there"),-8} {package.NameIn(family),-22} {package.Reason}");
        }

        return (int)(missing.Count == 0 ? ExitCode.Success : ExitCode.MissingTool);
    }
}
