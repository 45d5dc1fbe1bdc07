// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Forge.Trees;

namespace Banana.Forge.Initrd;

/// <summary>Makes the initrd: a small system of its own that opens /usr, finds or makes root, lays /etc over it and hands over (bootup(7)).</summary>
/// <param name="workbench">The sandbox of the external tools.</param>
public sealed class InitrdBuilder(Sandbox workbench)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "initrd 2";

    private const string StageMount = "/banana/initrd";
    private const string Units = "/usr/lib/systemd/system";

    /// <summary>Makes the compressed initrd.</summary>
    /// <param name="usr">The tree with the system's /usr.</param>
    /// <param name="kernelVersion">The kernel whose modules it holds.</param>
    /// <param name="edition">Says what it holds.</param>
    /// <param name="epoch">The SOURCE_DATE_EPOCH.</param>
    /// <param name="folder">An empty folder to work in.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The path of the file.</returns>
    public async Task<string> MakeAsync(StagedTree usr, string kernelVersion, Edition edition, long epoch, string folder, CancellationToken cancellation)
    {
        var stage = new StagedTree(Path.Combine(folder, "stage"));
        Directory.CreateDirectory(stage.Root);
        AddSkeleton(usr, stage, edition);
        AddFiles(usr, stage, edition.Initrd);
        AddUnitLinks(usr, stage);
        await AddModulesAsync(usr, stage, kernelVersion, edition.Initrd, cancellation);
        Overlay.Apply(edition.Initrd.Overlay, stage);
        CheckPrograms(stage);

        var archive = Path.Combine(folder, "initrd.cpio");
        var output = new FileStream(archive, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        await using (output.ConfigureAwait(false))
        {
            await new CpioWriter(output, epoch).WriteTreeAsync(stage, cancellation);
        }

        // One thread: with several, the bytes depend on their number.
        await workbench.WithBinds(new Bind(folder, StageMount)).RunAsync(
            Command.Of("zstd", "--quiet", "-15", "--single-thread", "--rm", StageMount + "/initrd.cpio", "-o", StageMount + "/initrd"), cancellation);
        ArtifactCache.DeleteTree(stage.Root);
        return Path.Combine(folder, "initrd");
    }

    private static void AddSkeleton(StagedTree usr, StagedTree stage, Edition edition)
    {
        foreach (var name in new[] { "bin", "sbin", "lib", "lib64" })
        {
            stage.MakeFolder("/usr/" + name);
            stage.Link("/" + name, "usr/" + name);
        }

        foreach (var name in new[] { "proc", "sys", "run", "sysroot", "tmp", "var", "etc" })
        {
            stage.MakeFolder("/" + name);
        }

        stage.WriteText("/etc/initrd-release", OsRelease.Compose(edition, version: null));
        stage.Link("/etc/os-release", "initrd-release");
        stage.Link("/init", "usr/lib/systemd/systemd");

        // udev gives devices to the system's groups; passwords stay out, so that nobody can log in here.
        stage.CopyIn(usr.PathOf("/etc/passwd"), "/etc/passwd");
        stage.CopyIn(usr.PathOf("/etc/group"), "/etc/group");
    }

    private static void AddFiles(StagedTree usr, StagedTree stage, InitrdDefinition definition)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var pattern in definition.Files)
        {
            var found = TreeGlob.Find(usr.Root, pattern);
            if (found.Count == 0)
            {
                throw new BananaException(ExitCode.BadInput, $"no package of the definition brings '{pattern}', which the initrd needs", "os/initrd.yaml", "add the package to a set, or move the file to 'optional-files'");
            }

            files.UnionWith(found);
        }

        files.UnionWith(definition.OptionalFiles.SelectMany(pattern => TreeGlob.Find(usr.Root, pattern)));
        files.UnionWith(new LibraryResolver(usr).Closure(files.Where(path => File.Exists(usr.PathOf(path)))));
        foreach (var path in files)
        {
            Add(usr, stage, path);
        }
    }

    private static void Add(StagedTree usr, StagedTree stage, string path)
    {
        if (stage.Has(path))
        {
            return;
        }

        if (new FileInfo(usr.PathOf(path)).LinkTarget is { } target)
        {
            stage.Link(path, target);
            var reached = Path.GetFullPath(target, Path.GetDirectoryName(path)!);
            if (usr.Has(reached))
            {
                Add(usr, stage, reached);
            }
        }
        else if (Directory.Exists(usr.PathOf(path)))
        {
            stage.MakeFolder(path);
            foreach (var below in usr.Walk(path).Select(usr.Relative))
            {
                Add(usr, stage, below);
            }
        }
        else
        {
            stage.MakeFolder(Path.GetDirectoryName(path)!);
            UnixFile.HardLink(usr.PathOf(path), stage.PathOf(path));
        }
    }

    // The links in NAME.wants and NAME.requires are what the packages switch on for good; those whose unit is here come along.
    private static void AddUnitLinks(StagedTree usr, StagedTree stage)
    {
        foreach (var folder in TreeGlob.Find(usr.Root, Units + "/*.{wants,requires}"))
        {
            foreach (var link in usr.Walk(folder).Where(entry => entry.LinkTarget is not null))
            {
                var unit = Path.GetFileName(link.LinkTarget!);
                if (stage.Has($"{Units}/{unit}"))
                {
                    stage.Link(usr.Relative(link), link.LinkTarget!);
                }
            }
        }
    }

    // A unit that is pulled in by another and whose program is not there fails the boot, a minute later and far from the cause.
    private static void CheckPrograms(StagedTree stage)
    {
        foreach (var link in TreeGlob.Find(stage.Root, Units + "/*.{wants,requires}").SelectMany(stage.Walk).Where(entry => entry.LinkTarget is not null))
        {
            var unit = Path.GetFileName(link.LinkTarget!);
            foreach (var line in (stage.ReadText($"{Units}/{unit}") ?? string.Empty).Split('\n').Where(line => line.StartsWith("ExecStart=", StringComparison.Ordinal)))
            {
                // ExecStart=-/usr/bin/program argument; the characters before the path change how it is run (systemd.service(5)).
                var command = line["ExecStart=".Length..].TrimStart('-', '@', ':', '+', '!', '|');
                var program = command.Split(' ', 2)[0];
                var found = program.StartsWith('/') ? stage.Has(program) : stage.Has("/usr/bin/" + program) || stage.Has("/usr/sbin/" + program);
                if (program.Length > 0 && !found)
                {
                    throw new BananaException(ExitCode.BadInput, $"the unit {unit} starts '{program}', which the initrd does not have", "os/initrd.yaml", "add the program to 'files', or take the unit out");
                }
            }
        }
    }

    private async Task AddModulesAsync(StagedTree usr, StagedTree stage, string kernelVersion, InitrdDefinition definition, CancellationToken cancellation)
    {
        var folder = "/usr/lib/modules/" + kernelVersion;
        var modules = new ModuleResolver(usr.PathOf(folder)).Closure(definition.Modules, definition.OptionalModules);
        foreach (var path in modules)
        {
            // A copy: it is unpacked in place below, and the tree's own file must stay as it is.
            stage.MakeFolder(Path.GetDirectoryName($"{folder}/{path}")!);
            File.Copy(usr.PathOf($"{folder}/{path}"), stage.PathOf($"{folder}/{path}"));
        }

        foreach (var name in new[] { "modules.builtin", "modules.builtin.modinfo", "modules.order" })
        {
            UnixFile.HardLink(usr.PathOf($"{folder}/{name}"), stage.PathOf($"{folder}/{name}"));
        }

        // Unpacked modules compress better inside the compressed initrd, and the kernel's boot does not unpack twice.
        var inside = workbench.WithBinds(new Bind(stage.Root, StageMount));
        foreach (var (suffix, tool) in new[] { (".xz", "xz"), (".zst", "zstd"), (".gz", "gzip") })
        {
            var packed = modules.Where(path => path.EndsWith(suffix, StringComparison.Ordinal)).Select(path => $"{StageMount}{folder}/{path}").ToList();
            if (packed.Count > 0)
            {
                var remove = tool == "zstd" ? new[] { "--rm" } : [];
                await inside.RunAsync(Command.Of(tool, ["--decompress", "--quiet", .. remove, .. packed]), cancellation);
            }
        }

        await inside.RunAsync(Command.Of("depmod", "--basedir", StageMount, "--moduledir", "/usr/lib/modules", kernelVersion), cancellation);
    }
}
