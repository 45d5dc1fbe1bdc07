// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;
using Banana.Bases;
using Banana.Definition.Model;
using Banana.Forge.Apps;
using Banana.Forge.Images;
using Banana.Forge.Initrd;
using Banana.Forge.Programs;
using Banana.Forge.Release;
using Banana.Forge.Trees;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Forge.Build;

/// <summary>
/// Builds a release from a lockfile: tree → hermetic /usr → erofs → verity → UKI → ESP → disk image, with the initrd made beside.
/// Each step is cached by the hash of its inputs, so that a change makes only what depends on it.
/// </summary>
/// <param name="host">Runs programs on the host.</param>
/// <param name="workbench">The sandbox of the external tools.</param>
/// <param name="workbenchKey">What tells one workbench from another: another one may make other bytes.</param>
/// <param name="programs">Publishes our own programs for the device.</param>
/// <param name="apps">Compiles our own pages and apps; null where the edition has none.</param>
/// <param name="packageBase">The base that the packages come from.</param>
/// <param name="cache">Keeps what the steps made.</param>
/// <param name="progress">Is told of every step.</param>
public sealed class ReleaseBuilder(IProcessRunner host, Sandbox workbench, string workbenchKey, ProgramPublisher programs, AppBuilder? apps, IBase packageBase, ArtifactCache cache, IProgressSink progress)
{
    /// <summary>Builds a release. The folder of the release is there whole or not at all.</summary>
    public async Task<BuildResult> BuildAsync(BuildRequest request, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (edition, lockfile, epoch) = (request.Edition, request.Lockfile, request.Lockfile.Epoch);
        var version = request.Version.ToString();
        var steps = new StepCache(cache, progress, request.Clean);
        var seed = new SeededGuid($"{edition.Identity.Id}/{edition.Name}/{version}");
        var mkfsVersion = await ImageTools.MkfsVersionAsync(workbench, cancellation);

        var tree = await InstallAsync(steps, request, cancellation);
        var published = edition.Programs.Count == 0 ? null : await programs.RunAsync(steps, edition.Programs, lockfile.Architecture, cancellation);
        var compiled = apps is null ? null : await apps.RunAsync(steps, edition.Apps, epoch, cancellation);
        var packages = PackageList.Read(tree.File(PackageList.FileName));

        // The initrd depends on packages only, so it is made while /usr is packed.
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var initrdTask = InitrdAsync(steps, request, tree, linked.Token);
        var microcodeTask = MicrocodeAsync(steps, request, tree, linked.Token);
        Step usr, initrd;
        Step? microcode;
        try
        {
            usr = await UsrAsync(steps, request, tree, published, compiled, seed, linked.Token);
            initrd = await initrdTask;
            microcode = await microcodeTask;
        }
        catch
        {
            await linked.CancelAsync();
            await Task.WhenAll((Task)initrdTask, microcodeTask).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        var rootHash = await File.ReadAllTextAsync(usr.File("roothash"), cancellation);
        var boot = await BootAsync(steps, request, tree, usr, initrd, microcode, rootHash, seed, cancellation);
        var names = new ReleaseNames(edition.Identity.Id, version, lockfile.Architecture);
        var manifest = new ReleaseManifest
        {
            Id = edition.Identity.Id,
            Edition = edition.Name,
            Version = request.Version,
            Architecture = lockfile.Architecture,
            Base = lockfile.Base,
            Suite = lockfile.Suite,
            LockfileSha256 = request.LockfileSha256,
            MinimumVersion = edition.Identity.MinimumReleaseIndex,
            SourceDateEpoch = epoch,
            RootHash = rootHash,
            Image = new ReleaseImage { BlockSize = ImageTools.BlockSize, Compressor = edition.Image.Compressor, ClusterSize = edition.Image.ClusterSize, MkfsVersion = mkfsVersion },
            Parts = [],
        };

        var writer = new ReleaseWriter(request.ReleaseFolder, manifest, packages, cache);
        await writer.WriteAsync(
            [
                (PartRole.Usr, usr, "usr.erofs", names.Usr), (PartRole.UsrVerity, usr, "usr.verity", names.Verity),
                (PartRole.Uki, boot, "uki.efi", names.Uki), (PartRole.Esp, boot, "esp.raw", names.Esp), (PartRole.Disk, boot, "disk.raw", names.Disk),
            ],
            progress, cancellation);
        return new BuildResult(request.ReleaseFolder, ReleaseManifest.Read(Path.Combine(request.ReleaseFolder, ReleaseManifest.FileName)), packages, steps.Reports, clock.Elapsed.TotalSeconds);
    }

    private async Task<Step> InstallAsync(StepCache steps, BuildRequest request, CancellationToken cancellation)
    {
        var (edition, lockfile) = (request.Edition, request.Lockfile);
        var inputs = Inputs(("recipe", packageBase.Recipe), ("workbench", workbenchKey), ("lockfile", request.LockfileSha256), ("languages", string.Join(' ', edition.Languages)));
        return await steps.RunAsync(
            "tree", inputs,
            async folder =>
            {
                await packageBase.FetchAsync(edition.Base, lockfile, cancellation);
                var tree = Path.Combine(folder, "tree");
                Directory.CreateDirectory(tree);
                await packageBase.InstallAsync(lockfile, edition.Languages, tree, cancellation);
                var installed = await packageBase.ListAsync(lockfile, tree, cancellation);
                var list = ReleaseWriter.ToPackageList(installed);
                await list.WriteAsync(Path.Combine(folder, PackageList.FileName), cancellation);
                return $"{installed.Count} packages from {lockfile.Base} {lockfile.Suite}";
            },
            cancellation);
    }

    private async Task<Step> InitrdAsync(StepCache steps, BuildRequest request, Step tree, CancellationToken cancellation)
    {
        var definition = request.Edition.Initrd;
        var inputs = Inputs(
            ("recipe", InitrdBuilder.Recipe), ("workbench", workbenchKey), ("tree", tree.Key),
            ("files", string.Join('\n', definition.Files)), ("optional files", string.Join('\n', definition.OptionalFiles)),
            ("modules", string.Join('\n', definition.Modules)), ("optional modules", string.Join('\n', definition.OptionalModules)),
            ("overlay", await Overlay.DigestAsync(definition.Overlay, cancellation)), ("release", OsRelease.Compose(request.Edition, version: null)));
        return await steps.RunAsync(
            "initrd", inputs,
            async folder =>
            {
                var packages = new StagedTree(tree.File("tree"));
                var file = await new InitrdBuilder(workbench).MakeAsync(packages, HermeticUsr.FindKernel(packages).Version, request.Edition, request.Lockfile.Epoch, folder, cancellation);
                return ByteSize.Format(new FileInfo(file).Length);
            },
            cancellation);
    }

    private async Task<Step?> MicrocodeAsync(StepCache steps, BuildRequest request, Step tree, CancellationToken cancellation)
    {
        var packages = new StagedTree(tree.File("tree"));
        return !MicrocodeBuilder.IsIn(packages) ? null : await steps.RunAsync(
            "microcode", Inputs(("recipe", MicrocodeBuilder.Recipe), ("workbench", workbenchKey), ("tree", tree.Key), ("epoch", request.Lockfile.Epoch.ToString())),
            async folder => ByteSize.Format(new FileInfo(await new MicrocodeBuilder(workbench).MakeAsync(packages, request.Lockfile.Epoch, folder, cancellation)).Length),
            cancellation);
    }

    private async Task<Step> UsrAsync(StepCache steps, BuildRequest request, Step tree, Step? published, Step? compiled, SeededGuid seed, CancellationToken cancellation)
    {
        var (edition, epoch) = (request.Edition, request.Lockfile.Epoch);
        var trimmed = await steps.RunAsync(
            "trim", Inputs(("recipe", HermeticUsr.Recipe), ("workbench", workbenchKey), ("tree", tree.Key), ("remove", string.Join('\n', edition.Remove.Select(rule => rule.Pattern)))),
            async folder =>
            {
                var root = Path.Combine(folder, "stage");
                Directory.CreateDirectory(root);
                await new HermeticUsr(host, workbench, progress.Log).TrimAsync(tree.File("tree"), root, edition.Remove, cancellation);
                return $"{edition.Remove.Count} rules";
            },
            cancellation);

        var inputs = Inputs(
            ("recipe", HermeticUsr.Recipe), ("workbench", workbenchKey), ("trimmed", trimmed.Key), ("epoch", epoch.ToString()),
            ("release", OsRelease.Compose(edition, request.Version.ToString())), ("units", UnitPresets.Compose(edition.Units)), ("user units", UnitPresets.ComposeUser(edition.Units)),
            ("programs", published?.Key ?? string.Empty), ("apps", compiled?.Key ?? string.Empty), ("masked", string.Join('\n', edition.Units.Mask)), ("target", edition.Units.DefaultTarget ?? string.Empty), ("replace", string.Join('\n', edition.Replace)));
        foreach (var (overlay, index) in edition.Overlays.Select((overlay, index) => (overlay, index)))
        {
            inputs[$"overlay {index}"] = await Overlay.DigestAsync(overlay, cancellation);
        }

        var stage = await steps.RunAsync(
            "hermetic usr", inputs,
            async folder =>
            {
                var root = Path.Combine(folder, "stage");
                Directory.CreateDirectory(root);
                var list = await File.ReadAllTextAsync(tree.File(PackageList.FileName), cancellation);
                await new HermeticUsr(host, workbench, progress.Log).ComposeAsync(trimmed.File("stage"), root, edition, request.Version.ToString(), epoch, list, name => published!.File(name), compiled?.File(AppBuilder.Tree), cancellation);
                return $"{new StagedTree(root).Walk("/usr").Count()} files";
            },
            cancellation);

        return await steps.RunAsync(
            "erofs + verity", Inputs(("recipe", ImageTools.Recipe), ("stage", stage.Key), ("seed", seed.For("erofs").ToString()), ("image", edition.Image.ToString()), ("workbench", workbenchKey)),
            async folder =>
            {
                var tools = new ImageTools(workbench, folder, seed, epoch);
                await tools.ErofsAsync(stage.File("stage/usr"), "usr.erofs", edition.Image, cancellation);
                await File.WriteAllTextAsync(Path.Combine(folder, "roothash"), await tools.VerityAsync("usr.erofs", "usr.verity", cancellation), cancellation);
                return $"{ByteSize.Format(new FileInfo(Path.Combine(folder, "usr.erofs")).Length)} + {ByteSize.Format(new FileInfo(Path.Combine(folder, "usr.verity")).Length)}";
            },
            cancellation);
    }

    private async Task<Step> BootAsync(StepCache steps, BuildRequest request, Step tree, Step usr, Step initrd, Step? microcode, string rootHash, SeededGuid seed, CancellationToken cancellation)
    {
        var edition = request.Edition;
        var version = request.Version.ToString();
        var commandLine = string.Join(' ', [$"usrhash={rootHash}", .. edition.CommandLine]);
        var layout = await Overlay.DigestAsync(edition.Partitions, cancellation);
        return await steps.RunAsync(
            "boot + disk",
            Inputs(("recipe", ImageTools.Recipe), ("workbench", workbenchKey), ("usr", usr.Key), ("initrd", initrd.Key), ("microcode", microcode?.Key ?? string.Empty), ("command line", commandLine), ("partitions", layout), ("version", version)),
            async folder =>
            {
                var packages = new StagedTree(tree.File("tree"));
                var kernel = HermeticUsr.FindKernel(packages);
                var tools = new ImageTools(workbench, folder, seed, request.Lockfile.Epoch);
                var efi = packages.PathOf("/usr/lib/systemd/boot/efi");
                await tools.UkiAsync("uki.efi", new UkiParts(kernel.Image, kernel.Version, initrd.File("initrd"), microcode?.File(MicrocodeBuilder.FileName), efi + "/linuxx64.efi.stub", OsRelease.Compose(edition, version), commandLine), cancellation);

                var entry = $"{edition.Identity.Id}_{version}+{BootLoader.Tries}.efi";
                await tools.EspAsync("esp.raw", BootLoader.EspMegabytes, efi + "/systemd-bootx64.efi", Path.Combine(folder, "uki.efi"), entry, BootLoader.Settings, cancellation);

                var (usrId, verityId) = SeededGuid.FromRootHash(rootHash);
                var label = $"{edition.Identity.Id}_{version}";
                await tools.DiskAsync(
                    "disk.raw", edition.Partitions,
                    new Dictionary<string, PartitionContent>(StringComparer.Ordinal)
                    {
                        ["10-esp"] = new("esp", seed.For("esp partition"), Path.Combine(folder, "esp.raw")),
                        ["21-usr-a-verity"] = new(label, verityId, usr.File("usr.verity")),
                        ["20-usr-a"] = new(label, usrId, usr.File("usr.erofs")),
                    },
                    cancellation);
                return $"UKI {ByteSize.Format(new FileInfo(Path.Combine(folder, "uki.efi")).Length)}, disk {ByteSize.Format(new FileInfo(Path.Combine(folder, "disk.raw")).Length)}";
            },
            cancellation);
    }

    private static Dictionary<string, string> Inputs(params IEnumerable<(string Name, string Value)> inputs) =>
        inputs.ToDictionary(input => input.Name, input => input.Value, StringComparer.Ordinal);
}
