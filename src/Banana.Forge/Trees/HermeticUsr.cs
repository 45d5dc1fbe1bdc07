// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Forge.Trees;

/// <summary>
/// Makes a /usr that a system can boot from with nothing else there: no /etc, no /var, no package manager, no trace of the build.
/// In two steps, because the first is slow and depends on the packages only: a change of an overlay repeats just the second.
/// </summary>
/// <param name="host">Runs programs on the host.</param>
/// <param name="workbench">The sandbox of the external tools.</param>
/// <param name="log">Takes notes for the build log.</param>
public sealed class HermeticUsr(IProcessRunner host, Sandbox workbench, Action<string> log)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "hermetic-usr 4";

    /// <summary>Where our own programs are.</summary>
    public const string Programs = "/usr/lib/banana";

    private const string StageMount = "/banana/stage";
    private const string Modules = "/usr/lib/modules";
    private const string HardwareDatabase = "/usr/lib/udev/hwdb.bin";
    private const string HardwareDatabaseSources = "/usr/lib/udev/hwdb.d";

    /// <summary>First step: the tree of the packages, without what nobody needs, with its links and indexes in order.</summary>
    /// <param name="packages">The installed tree; it is not changed.</param>
    /// <param name="stageFolder">An empty folder that becomes the trimmed tree.</param>
    /// <param name="rules">What is removed.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task TrimAsync(string packages, string stageFolder, IReadOnlyList<RemoveRule> rules, CancellationToken cancellation)
    {
        await CopyAsync(packages, stageFolder, cancellation);
        var tree = new StagedTree(stageFolder);
        List<string> removed = [];
        foreach (var rule in rules)
        {
            var matches = TreeGlob.Find(stageFolder, rule.Pattern);
            foreach (var path in matches)
            {
                tree.Remove(path);
            }

            removed.AddRange(matches);

            log($"removed {matches.Count} of {rule.Pattern}: {rule.Reason}");
        }

        foreach (var note in Alternatives.Resolve(tree))
        {
            log(note);
        }

        // Compiled Python carries the time of its source, and a read-only /usr could not refresh it.
        foreach (var folder in tree.Walk("/usr").Where(e => e is DirectoryInfo && e.Name == "__pycache__").ToList())
        {
            tree.Remove(tree.Relative(folder));
        }

        var kernel = FindKernel(tree);
        // The kernel is a part of the UKI; a second copy in /usr would only be downloaded for nothing.
        File.Delete(kernel.Image);
        var inside = workbench.WithBinds(new Bind(stageFolder, StageMount));
        var modules = $"{Modules}/{kernel.Version}";
        if (!tree.Has($"{modules}/modules.dep.bin") || IsTouched(Modules))
        {
            await inside.RunAsync(Command.Of("depmod", "--basedir", StageMount, "--moduledir", Modules, kernel.Version), cancellation);
        }

        if (!tree.Has(HardwareDatabase) || IsTouched(HardwareDatabaseSources))
        {
            await UpdateHardwareDatabaseAsync(tree, inside, cancellation);
        }

        // The packages' own scripts made both indexes (eight seconds of work), and they fit as long as nothing was taken out.
        bool IsTouched(string folder) => removed.Exists(path => path.StartsWith(folder + "/", StringComparison.Ordinal));
    }

    /// <summary>Second step: overlays, users, units, identity, and /etc and /var out of the way.</summary>
    /// <param name="trimmed">What the first step made; it is not changed.</param>
    /// <param name="stageFolder">An empty folder; <c>usr</c> in it becomes the content of the image.</param>
    /// <param name="edition">The edition.</param>
    /// <param name="version">The version of the release.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
    /// <param name="packageList">The text of the package list that goes into the image.</param>
    /// <param name="program">Where on the host a program of ours is, by its name.</param>
    /// <param name="apps">The folder on the host with what our own pages and apps install; null: none.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task ComposeAsync(string trimmed, string stageFolder, Edition edition, string version, long epoch, string packageList, Func<string, string> program, string? apps, CancellationToken cancellation)
    {
        await CopyAsync(trimmed, stageFolder, cancellation);
        var tree = new StagedTree(stageFolder);
        var inside = workbench.WithBinds(new Bind(stageFolder, StageMount));
        foreach (var name in edition.Programs)
        {
            tree.CopyIn(program(name), $"{Programs}/{name}");
        }

        if (apps is not null)
        {
            Overlay.Apply(apps, tree);
        }

        foreach (var overlay in edition.Overlays)
        {
            Overlay.Apply(overlay, tree);
        }

        foreach (var note in TextReplacement.Apply(tree, edition.Replace))
        {
            log(note);
        }

        if (edition.Overlays.Any(overlay => Directory.Exists(overlay + HardwareDatabaseSources)))
        {
            await UpdateHardwareDatabaseAsync(tree, inside, cancellation);
        }

        SystemUsers.Pin(tree, epoch);
        await ChooseUnitsAsync(tree, inside, edition.Units, cancellation);
        await inside.RunAsync(Command.Of("ldconfig", "-r", StageMount, "-X"), cancellation);
        tree.WriteText("/usr/lib/os-release", OsRelease.Compose(edition, version));
        tree.Link("/etc/os-release", "../usr/lib/os-release");
        tree.WriteText("/usr/share/banana/packages.json", packageList);
        Factory.MoveVar(tree);
        Factory.MoveEtc(tree);
    }

    /// <summary>Finds the one kernel of a tree.</summary>
    public static Kernel FindKernel(StagedTree tree)
    {
        var kernels = TreeGlob.Find(tree.Root, "/usr/lib/modules/*/vmlinuz");
        return kernels.Count == 1
            ? new Kernel(tree.PathOf(kernels[0]), Path.GetFileName(Path.GetDirectoryName(kernels[0])!))
            : throw new BananaException(ExitCode.BadInput, $"the packages bring {kernels.Count} kernels (usr/lib/modules/*/vmlinuz), a release has exactly one", next: "name one kernel package in the definition");
    }

    private Task<CommandResult> CopyAsync(string source, string target, CancellationToken cancellation) =>
        host.RunAsync(Command.Of("cp", "--archive", "--link", $"{source}/usr", $"{source}/etc", $"{source}/var", target), cancellation);

    private static async Task UpdateHardwareDatabaseAsync(StagedTree tree, Sandbox inside, CancellationToken cancellation)
    {
        tree.Remove(HardwareDatabase);
        await inside.RunAsync(Command.Of("systemd-hwdb", $"--root={StageMount}", "--usr", "update"), cancellation);
    }

    private static async Task ChooseUnitsAsync(StagedTree tree, Sandbox inside, UnitChoices units, CancellationToken cancellation)
    {
        tree.WriteText(UnitPresets.Place, UnitPresets.Compose(units));
        tree.WriteText(UnitPresets.UserPlace, UnitPresets.ComposeUser(units));
        foreach (var unit in units.Mask)
        {
            tree.Link("/usr/lib/systemd/system/" + unit, "/dev/null");
        }

        if (units.DefaultTarget is { } target)
        {
            tree.Link("/usr/lib/systemd/system/default.target", target);
        }

        // What install scripts enabled does not count: the presets alone say what runs.
        foreach (var (folder, options) in new (string, string[])[] { ("/etc/systemd/system", []), ("/etc/systemd/user", ["--global"]) })
        {
            tree.Remove(folder);
            tree.MakeFolder(folder);
            await inside.RunAsync(Command.Of("systemctl", [$"--root={StageMount}", .. options, "preset-all"]), cancellation);
        }
    }
}

/// <summary>The kernel of a tree.</summary>
/// <param name="Image">Its image, on the host.</param>
/// <param name="Version">Its version, as <c>uname -r</c> tells it.</param>
public sealed record Kernel(string Image, string Version);
