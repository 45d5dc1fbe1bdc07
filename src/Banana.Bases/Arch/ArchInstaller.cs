// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;
using Banana.Bases.Files;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bases.Arch;

/// <summary>Installs locked packages into an empty directory with the workbench's pacman. Install scripts and hooks run in the tree.</summary>
internal sealed partial class ArchInstaller(BaseContext context, Sandbox tools, Lockfile lockfile, IReadOnlyList<string> languages, string tree)
{
    private const string PoolInside = "/run/pool";

    // As Arch's "filesystem" package has them: pacman leaves the mode of a directory that is there as it is.
    private static readonly (string Name, int Mode)[] MountPoints = [("dev", 0x1ed), ("proc", 0x16d), ("run", 0x1ed), ("sys", 0x16d), ("tmp", 0x3ff)];

    /// <summary>Installs everything.</summary>
    public async Task InstallAsync(IProgressStep step, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new BananaException(ExitCode.MissingTool, "installing packages needs root", next: "run the same command with sudo");
        }

        UnixFile.UseStandardMask();
        foreach (var package in lockfile.Packages)
        {
            await context.Pool.VerifyAsync(package.Title, package.Sha256, cancellation).ConfigureAwait(false);
        }

        foreach (var (name, mode) in MountPoints)
        {
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(tree, name)).FullName, (UnixFileMode)mode);
        }

        using var configuration = new ScratchFile(context.Scratch, "pacman.conf");
        await File.WriteAllTextAsync(configuration.Path, Settings(), cancellation).ConfigureAwait(false);
        var database = Path.Combine(tree, "var/lib/pacman");
        Directory.CreateDirectory(database);
        var done = 0;
        var inside = tools.WithInnerRoot(tree).WithBinds(new Bind(configuration.Path, Writable: false), new Bind(context.Pool.Root, PoolInside, Writable: false));
        await inside.RunAsync(
            new Command(
                "pacman",
                [
                    "-U", "--noconfirm", "--noprogressbar", "--config", configuration.Path, "--root", tree, "--dbpath", database,
                    "--cachedir", "/tmp", "--gpgdir", "/tmp", "--logfile", "/dev/null", "--disable-sandbox",
                    .. lockfile.Assumed.SelectMany(name => new[] { "--assume-installed", name }),
                    .. lockfile.Packages.Select(package => $"{PoolInside}/{PackagePool.RelativePath(package.Sha256)}"),
                ])
            {
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SOURCE_DATE_EPOCH"] = lockfile.Epoch.ToString() },
                OnLine = line =>
                {
                    context.Progress.Log(line);
                    if (line.StartsWith("installing ", StringComparison.Ordinal))
                    {
                        step.Report(++done, lockfile.Packages.Count, "packages");
                    }
                },
            },
            cancellation).ConfigureAwait(false);
        Normalize();
    }

    // Signatures were verified when the packages were fetched; here their digests count.
    // Hooks come from the tree (usr/share/libalpm/hooks); an administrator's, of which a new tree has none, are not the workbench's.
    private string Settings() =>
        $"""
        [options]
        Architecture = {PacmanWorkspace.Architecture(lockfile.Architecture)}
        HookDir = /tmp
        SigLevel = Never
        LocalFileSigLevel = Never
        NoExtract = usr/share/locale/* !usr/share/locale/locale.alias !usr/share/locale/C/* !usr/share/locale/en* {string.Join(' ', languages.Select(language => $"!usr/share/locale/{language}/* !usr/share/locale/{language}_* !usr/share/locale/{language}@*"))}

        """;

    private void Normalize()
    {
        foreach (var path in PacmanPackageList.Descriptions(tree).ToList())
        {
            File.WriteAllText(path, InstallDate().Replace(File.ReadAllText(path), $"%INSTALLDATE%\n{lockfile.Epoch}\n"));
        }

        TreeNormalizer.Normalize(tree, lockfile.Epoch);
    }

    [GeneratedRegex(@"%INSTALLDATE%\n\d+\n")]
    private static partial Regex InstallDate();
}
