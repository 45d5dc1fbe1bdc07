// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using Banana.Bases;
using Banana.Cli.Setup;
using Banana.Cli.Terminal;
using Banana.Cli.Workbenches;
using Banana.Definition.Model;

namespace Banana.Cli.Locking;

/// <summary><c>banana lock [EDITION…] [--update]</c>: resolves editions to exact versions.</summary>
internal static class LockCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("edition") { Description = "The editions; all when none is named", Arity = ArgumentArity.ZeroOrMore };
        var update = new Option<bool>("--update") { Description = "Look for newer versions even if the lockfile fits, and show what changes" };
        var json = new Option<bool>("--json") { Description = "Print what changed as JSON" };
        var command = new Command("lock", "Resolve the packages of an edition to exact versions with digests") { names, update, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var maker = await MakerEnvironment.OpenAsync(Need.Build, "installing the tools that resolve packages", parsed.GetValue(CommandHost.Verbose), cancellation);
            foreach (var edition in maker.Editions(parsed.GetValue(names) ?? []))
            {
                var (changes, isNew) = await LockAsync(maker, edition, parsed.GetValue(update), cancellation);
                if (parsed.GetValue(json))
                {
                    LockReport.PrintJson(edition.Name, changes);
                }
                else if (isNew || parsed.GetValue(update))
                {
                    LockReport.Print(changes, edition.Lockfile, isNew);
                }
            }
        });
        return command;
    }

    /// <summary>Locks one edition. A lockfile that is there stays as it is unless an update is asked for.</summary>
    /// <returns>What changed, and whether there was no lockfile before.</returns>
    public static async Task<(LockfileChanges Changes, bool IsNew)> LockAsync(MakerEnvironment maker, Edition edition, bool update, CancellationToken cancellation)
    {
        var before = await LockfileJson.ReadAsync(edition.Lockfile, cancellation);
        if (before is not null && !update)
        {
            LockfileChanges.Require(before, edition);
            TerminalOutput.Info($"{edition.Lockfile} fits the definition ({before.Packages.Count} packages of {DateTimeOffset.FromUnixTimeSeconds(before.Epoch):yyyy-MM-dd}); --update looks for newer versions");
            return (LockfileChanges.Between(before, before), false);
        }

        var workbench = await maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation);
        var source = BasePlugins.Create(edition.Base.Plugin, maker.HostContext with { Tools = workbench.Enter() });
        var after = await source.ResolveAsync(edition.Base, edition.Suite, edition.Packages, cancellation);
        await LockfileJson.WriteAsync(edition.Lockfile, after, cancellation);
        return (LockfileChanges.Between(before, after), before is null);
    }
}
