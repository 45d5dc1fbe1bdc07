// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Bases;
using Banana.Cli.Locking;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Command = System.CommandLine.Command;

namespace Banana.Cli.Workbenches;

/// <summary><c>banana workbench [--name NAME] [-- COMMAND…]</c>: builds a workbench and runs a command or a shell in it.</summary>
internal static class WorkbenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The workbench", DefaultValueFactory = _ => MakerEnvironment.Tools };
        var words = new Argument<string[]>("command") { Description = "The command to run inside (after --); a shell when there is none", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("workbench", "Build the tree of external tools, and run a command or a shell in it; the current folder is visible and writable") { name, words };
        command.Subcommands.Add(CreateLock());
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "the workbench", parsed.GetValue(CommandHost.Verbose), cancellation);
            var workbench = await maker.WorkbenchAsync(parsed.GetValue(name)!, maker.HostContext, cancellation);
            var line = parsed.GetValue(words) ?? [];
            if (line.Length == 0 && !TerminalOutput.IsInteractive)
            {
                TerminalOutput.Result(workbench.Root);
                return 0;
            }

            var here = Directory.GetCurrentDirectory();
            var inside = Foundation.Processes.Command.Of(line.Length == 0 ? "bash" : line[0], line.Skip(1)) with { WorkingDirectory = here };
            UnixFile.UseStandardMask();
            return await ProcessRunner.RunAttachedAsync(workbench.Enter(new Bind(here)).Wrap(inside.With("TERM", Environment.GetEnvironmentVariable("TERM") ?? "dumb")));
        });
        return command;
    }

    private static Command CreateLock()
    {
        var name = new Argument<string>("name") { Description = "The workbench", DefaultValueFactory = _ => MakerEnvironment.Tools };
        var update = new Option<bool>("--update") { Description = "Look for newer versions even if the lockfile fits" };
        var command = new Command("lock", "Resolve the packages of a workbench to exact versions") { name, update };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "the workbench", parsed.GetValue(CommandHost.Verbose), cancellation);
            var recipe = maker.Recipe(parsed.GetValue(name)!);
            var before = await LockfileJson.ReadAsync(recipe.Lockfile, cancellation);
            if (!parsed.GetValue(update) && before is not null && LockfileChanges.Misfit(before, recipe.Base, recipe.Suite, recipe.Packages) is null)
            {
                TerminalOutput.Info($"{recipe.Lockfile} fits: nothing to do; --update looks for newer versions");
                return;
            }

            // The host's apt: the workbench cannot be what makes its own lockfile.
            var changes = await Banana.Workbenches.Workbench.LockAsync(recipe, maker.HostContext, cancellation);
            LockReport.Print(changes, recipe.Lockfile, isNew: before is null);
        });
        return command;
    }
}
