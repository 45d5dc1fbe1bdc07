// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Forge.Trees;

/// <summary>Makes a /usr that a system can boot from with nothing else there: no /etc, no /var, no package manager, no trace of the build.</summary>
/// <param name="host">Runs programs on the host.</param>
/// <param name="workbench">The sandbox of the external tools.</param>
/// <param name="log">Takes notes for the build log.</param>
public sealed class HermeticUsr(IProcessRunner host, Sandbox workbench, Action<string> log)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "hermetic-usr 1";

    private const string StageMount = "/banana/stage";

    /// <summary>Makes the tree of a release from the tree of its packages.</summary>
    /// <param name="packages">The installed tree; it is not changed.</param>
    /// <param name="stageFolder">An empty folder; <c>usr</c> in it becomes the content of the image.</param>
    /// <param name="edition">The edition.</param>
    /// <param name="version">The version of the release.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
    /// <param name="packageList">The text of the package list that goes into the image.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Where the kernel is (on the host), and its version.</returns>
    public async Task<Kernel> MakeAsync(string packages, string stageFolder, Edition edition, string version, long epoch, string packageList, CancellationToken cancellation)
    {
        await host.RunAsync(Command.Of("cp", "--archive", "--link", $"{packages}/usr", $"{packages}/etc", $"{packages}/var", stageFolder), cancellation);
        var tree = new StagedTree(stageFolder);

        foreach (var overlay in edition.Overlays)
        {
            Overlay.Apply(overlay, tree);
        }

        foreach (var rule in edition.Remove)
        {
            var matches = TreeGlob.Find(stageFolder, rule.Pattern);
            foreach (var path in matches)
            {
                tree.Remove(path);
            }

            log($"removed {matches.Count} of {rule.Pattern}: {rule.Reason}");
        }

        foreach (var note in Alternatives.Resolve(tree))
        {
            log(note);
        }

        SystemUsers.Pin(tree, epoch);
        RemoveCompiledPython(tree);
        var kernel = TakeKernel(tree, Path.GetDirectoryName(stageFolder)!);
        await RebuildIndexesAsync(tree, edition, kernel, cancellation);

        tree.WriteText("/usr/lib/os-release", OsRelease.Compose(edition, version));
        tree.Link("/etc/os-release", "../usr/lib/os-release");
        tree.WriteText("/usr/share/banana/packages.json", packageList);
        Factory.MoveVar(tree);
        Factory.MoveEtc(tree);
        return kernel;
    }

    private static void RemoveCompiledPython(StagedTree tree)
    {
        // Compiled Python carries the time of its source, and a read-only /usr could not refresh it.
        foreach (var folder in tree.Walk("/usr").Where(e => e is DirectoryInfo && e.Name == "__pycache__").ToList())
        {
            tree.Remove(tree.Relative(folder));
        }
    }

    private static Kernel TakeKernel(StagedTree tree, string folder)
    {
        var kernels = TreeGlob.Find(tree.Root, "/usr/lib/modules/*/vmlinuz");
        if (kernels.Count != 1)
        {
            throw new BananaException(ExitCode.BadInput, $"the packages bring {kernels.Count} kernels (usr/lib/modules/*/vmlinuz), a release has exactly one", next: "name one kernel package in the definition");
        }

        // The kernel is a part of the UKI; a second copy in /usr would only be downloaded for nothing.
        var place = Path.Combine(folder, "vmlinuz");
        File.Move(tree.PathOf(kernels[0]), place);
        return new Kernel(place, Path.GetFileName(Path.GetDirectoryName(kernels[0])!));
    }

    private async Task RebuildIndexesAsync(StagedTree tree, Edition edition, Kernel kernel, CancellationToken cancellation)
    {
        tree.WriteText("/usr/lib/systemd/system-preset/00-banana.preset", ComposePreset(edition));
        foreach (var unit in edition.Units.Mask)
        {
            tree.Link("/usr/lib/systemd/system/" + unit, "/dev/null");
        }

        if (edition.Units.DefaultTarget is { } target)
        {
            tree.Link("/usr/lib/systemd/system/default.target", target);
        }

        // What install scripts enabled does not count: the presets alone say what runs.
        tree.Remove("/etc/systemd/system");
        tree.MakeFolder("/etc/systemd/system");
        tree.Remove("/usr/lib/udev/hwdb.bin");

        var inside = workbench.WithBinds(new Bind(tree.Root, StageMount));
        await inside.RunAsync(Command.Of("systemctl", $"--root={StageMount}", "preset-all"), cancellation);
        await inside.RunAsync(Command.Of("systemd-hwdb", $"--root={StageMount}", "--usr", "update"), cancellation);
        await inside.RunAsync(Command.Of("depmod", "--basedir", StageMount, "--moduledir", "/usr/lib/modules", kernel.Version), cancellation);
        await inside.RunAsync(Command.Of("ldconfig", "-r", StageMount, "-X"), cancellation);
        tree.Remove("/var/cache/ldconfig");
    }

    private static string ComposePreset(Edition edition)
    {
        var text = new StringBuilder("# Made by the build from the definition: what runs on this edition, and nothing else (systemd.preset(5)).\n");
        foreach (var unit in edition.Units.Disable)
        {
            text.Append($"disable {unit}\n");
        }

        foreach (var unit in edition.Units.Enable)
        {
            text.Append($"enable {unit}\n");
        }

        return text.Append("disable *\n").ToString();
    }
}

/// <summary>The kernel of a tree.</summary>
/// <param name="Image">Its image, on the host.</param>
/// <param name="Version">Its version, as <c>uname -r</c> tells it.</param>
public sealed record Kernel(string Image, string Version);
