// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Cli.Setup;

/// <summary>Makes sure that the host has what a command needs: looks, says what is missing, installs it where it may.</summary>
internal static class HostPackages
{
    /// <summary>What is missing for a need.</summary>
    public static IReadOnlyList<HostPackage> Missing(Need need) =>
        [.. HostPackage.All.Where(package => need.HasFlag(package.For) && !package.IsPresent())];

    /// <summary>Installs what is missing, as root or by sudo, and tells so first. Costs a few milliseconds when everything is there.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.MissingTool"/>: something is missing and we may not, or cannot, install it.</exception>
    public static async Task EnsureAsync(Need need, IProcessRunner runner, IProgressSink progress, CancellationToken cancellation)
    {
        var missing = Missing(need);
        if (missing.Count == 0)
        {
            return;
        }

        var family = DistributionFamilies.OfHost();
        var names = missing.Select(package => package.NameIn(family)).Distinct(StringComparer.Ordinal).ToList();
        var commands = InstallCommands(family, names);
        if (commands.Count == 0)
        {
            throw new BananaException(ExitCode.MissingTool, $"this machine lacks {Join(missing.Select(package => package.AnyOf[0]))}", next: $"install them with its package manager (Debian's names: {string.Join(' ', names)}), then run the same command again");
        }

        if (!await Privileges.MayBecomeRootAsync(runner, cancellation))
        {
            throw new BananaException(ExitCode.MissingTool, $"this machine lacks {Join(names)}, and only root can install them", next: $"run as root: {commands[^1]}");
        }

        TerminalOutput.Info($"installing with {commands[^1].FileName}{(Privileges.IsRoot ? string.Empty : ", by sudo")}: {Join(names)}");
        foreach (var command in commands)
        {
            using var step = progress.Begin(command.Arguments.FirstOrDefault(argument => !argument.StartsWith('-')) ?? command.FileName);
            await runner.RunAsync(Privileges.AsRoot(command) with { OnLine = progress.Log }, cancellation);
            step.Complete(command.FileName);
        }

        if (Missing(need) is { Count: > 0 } still)
        {
            throw new BananaException(ExitCode.MissingTool, $"this machine still lacks {Join(still.Select(package => string.Join(" or ", package.AnyOf)))} after its packages were installed", next: "install what brings them by hand");
        }
    }

    /// <summary>The commands that install packages; none for a family that we do not know.</summary>
    internal static IReadOnlyList<Command> InstallCommands(DistributionFamily family, IReadOnlyList<string> names) => family switch
    {
        // A machine that was just set up has no package lists, or old ones.
        DistributionFamily.Debian =>
        [
            Command.Of("apt-get", "update"),
            Command.Of("apt-get", ["install", "--yes", "--no-install-recommends", .. names]).With("DEBIAN_FRONTEND", "noninteractive"),
        ],
        // Without a full upgrade a new package may not fit the old libraries; --needed keeps the rest as it is.
        DistributionFamily.Arch => [Command.Of("pacman", ["--sync", "--refresh", "--sysupgrade", "--noconfirm", "--needed", .. names])],
        DistributionFamily.Fedora => [Command.Of("dnf", ["install", "--assumeyes", "--setopt=install_weak_deps=False", .. names])],
        _ => [],
    };

    private static string Join(IEnumerable<string> names) => string.Join(", ", names);
}
