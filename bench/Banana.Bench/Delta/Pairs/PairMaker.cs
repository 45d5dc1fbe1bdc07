// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Bench.Delta.Bound;
using Banana.Cli.Workbenches;
using Banana.Formats.Patches;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Bench.Delta.Pairs;

/// <summary>
/// Makes pairs and keeps them in the cache: first all images, then what is known of them, which takes longer. What two pairs share
/// is made once. Trees are deleted at the end; they can be made again from the lists.
/// </summary>
/// <param name="maker">The checkout, the caches and the workbenches.</param>
internal sealed class PairMaker(MakerEnvironment maker)
{
    private readonly string root = Path.Combine(maker.Local.Cache, "bench", "delta");

    private readonly List<string> used = [];

    private string Trees => Path.Combine(root, "trees");

    /// <summary>The pair of a definition; made first when the cache does not have it.</summary>
    public async Task<Pair> EnsureAsync(PairDefinition definition, CancellationToken cancellation)
    {
        await EnsureAllAsync([definition], cancellation);
        return PairOf(definition);
    }

    /// <summary>Makes the pairs that the cache does not have.</summary>
    public async Task EnsureAllAsync(IReadOnlyList<PairDefinition> definitions, CancellationToken cancellation)
    {
        if (definitions.All(IsWhole))
        {
            return;
        }

        UnixFile.UseStandardMask();
        using var held = await FileLock.TakeAsync(Path.Combine(root, "pairs.lock"), () => maker.Progress.Log("another run makes pairs, waiting"), cancellation);
        foreach (var definition in definitions.Where(definition => !IsReady(definition)))
        {
            await MakeImagesAsync(definition, cancellation);
        }

        foreach (var definition in definitions.Where(definition => !IsWhole(definition)))
        {
            await MakeFiguresAsync(PairOf(definition), cancellation);
        }

        // Those of a run that was killed stay for the next, which goes on with them.
        used.ForEach(ArtifactCache.DeleteTree);
    }

    private Pair PairOf(PairDefinition definition) => new(definition.Name, Path.Combine(root, definition.Name));

    private string Marker(PairDefinition definition) => Path.Combine(root, $"READY-{definition.Name}");

    private bool IsReady(PairDefinition definition) => File.Exists(Marker(definition)) && File.ReadAllText(Marker(definition)) == definition.Recipe;

    private bool IsWhole(PairDefinition definition) => IsReady(definition) && File.Exists(PairOf(definition).Figures);

    private async Task MakeImagesAsync(PairDefinition definition, CancellationToken cancellation)
    {
        var pair = PairOf(definition);
        File.Delete(Marker(definition));
        var tools = await ToolsAsync(cancellation);
        var (old, @new) = await Locks(tools).OfAsync(definition, cancellation);
        await LockfileJson.WriteAsync(pair.OldList, old, cancellation);
        await LockfileJson.WriteAsync(pair.NewList, @new, cancellation);
        File.Delete(pair.Figures);
        foreach (var layout in ErofsLayout.All)
        {
            await PackAsync(tools, layout, old, pair.Old(layout), cancellation);
            await PackAsync(tools, layout, @new, pair.New(layout), cancellation);
        }

        await AtomicFile.WriteAsync(Marker(definition), definition.Recipe, cancellation);
    }

    private async Task MakeFiguresAsync(Pair pair, CancellationToken cancellation)
    {
        var tools = await ToolsAsync(cancellation);
        var peers = await maker.WorkbenchAsync("peers", maker.HostContext, cancellation);
        var old = await TreeAsync(tools, await ListAsync(pair.OldList, cancellation), cancellation);
        var @new = await TreeAsync(tools, await ListAsync(pair.NewList, cancellation), cancellation);
        await FileBound.Compute(old, @new, ClusterLibraries.Of(peers.Root).Zstd!, maker.Progress, cancellation).WriteAsync(pair.Figures, cancellation);
    }

    private Task<Workbench> ToolsAsync(CancellationToken cancellation) => maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation);

    private PairLocks Locks(Workbench tools) =>
        new(maker.HostContext with { Tools = tools.Enter() }, PairLocks.WithFirmware(maker.Definition.Bases["debian"]), Path.Combine(root, "lists"));

    private static async Task<Lockfile> ListAsync(string path, CancellationToken cancellation) =>
        await LockfileJson.ReadAsync(path, cancellation) ?? throw new BananaException(ExitCode.BadInput, "the package list of the pair is gone", where: path, next: "delete the folder's READY file and run the same command again");

    /// <summary>The tree of a list; unpacked when it is not there.</summary>
    private async Task<string> TreeAsync(Workbench tools, Lockfile lockfile, CancellationToken cancellation)
    {
        var tree = Path.Combine(Trees, TreeName(lockfile));
        used.Add(tree);
        if (!Directory.Exists(tree))
        {
            await Locks(tools).FetchAsync(lockfile, cancellation);
            var partial = tree + ".partial";
            await new PackageTree(tools.Enter(new Bind(maker.Pool.Root, Writable: false)), maker.Pool, maker.Progress).UnpackAsync(lockfile, partial, cancellation);
            Directory.Move(partial, tree);
        }

        return tree;
    }

    /// <summary>Packs a tree that no pair had packed yet, and gives the image its name in this pair.</summary>
    private async Task PackAsync(Workbench tools, ErofsLayout layout, Lockfile lockfile, string image, CancellationToken cancellation)
    {
        var shared = Path.Combine(root, "images", $"{TreeName(lockfile)}-{layout.Recipe}.erofs");
        if (!File.Exists(shared))
        {
            var tree = await TreeAsync(tools, lockfile, cancellation);
            using var step = maker.Progress.Begin($"pack {Path.GetRelativePath(root, image)}");
            Directory.CreateDirectory(Path.GetDirectoryName(shared)!);
            var partial = shared + ".partial";
            File.Delete(partial);
            await layout.PackAsync(tools, tree, partial, cancellation);
            File.Move(partial, shared);
            step.Complete(ByteSize.Format(new FileInfo(shared).Length));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        File.Delete(image);
        UnixFile.HardLink(shared, image);
    }

    private static string TreeName(Lockfile lockfile) => LockfileJson.DigestOf(lockfile)[..16];
}
