// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Cli.Workbenches;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Bench.Delta.Pairs;

/// <summary>Makes pairs and keeps them in the cache. What two pairs share is made once.</summary>
/// <param name="maker">The checkout, the caches and the workbenches.</param>
internal sealed class PairMaker(MakerEnvironment maker)
{
    private readonly string root = Path.Combine(maker.Local.Cache, "bench", "delta");

    /// <summary>The pair of a definition; made first when the cache does not have it.</summary>
    public async Task<Pair> EnsureAsync(PairDefinition definition, CancellationToken cancellation)
    {
        var pair = new Pair(definition.Name, Path.Combine(root, definition.Name));
        UnixFile.UseStandardMask();
        using var held = await FileLock.TakeAsync(Path.Combine(root, "pairs.lock"), () => maker.Progress.Log("another run makes pairs, waiting"), cancellation);
        if (File.Exists(Ready(definition)))
        {
            return pair;
        }

        var tools = await maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation);
        var context = maker.HostContext with { Tools = tools.Enter() };
        var locks = new PairLocks(context, PairLocks.WithFirmware(maker.Definition.Bases["debian"]), Path.Combine(root, "lists"));
        var (old, @new) = await locks.OfAsync(definition, cancellation);
        await LockfileJson.WriteAsync(pair.OldList, old, cancellation);
        await LockfileJson.WriteAsync(pair.NewList, @new, cancellation);
        await locks.FetchAsync(old, cancellation);
        await locks.FetchAsync(@new, cancellation);
        var trees = new PackageTree(tools.Enter(new Bind(maker.Pool.Root, Writable: false)), maker.Pool, maker.Progress);
        var oldTree = await TreeAsync(trees, old, cancellation);
        var newTree = await TreeAsync(trees, @new, cancellation);
        foreach (var layout in ErofsLayout.All)
        {
            await PackAsync(tools, layout, oldTree, pair.Old(layout), cancellation);
            await PackAsync(tools, layout, newTree, pair.New(layout), cancellation);
        }

        await AtomicFile.WriteAsync(Ready(definition), string.Empty, cancellation);
        return pair;
    }

    private string Ready(PairDefinition definition) => Path.Combine(root, $"READY-{definition.Name}");

    private async Task<string> TreeAsync(PackageTree trees, Lockfile lockfile, CancellationToken cancellation)
    {
        var tree = Path.Combine(root, "trees", LockfileJson.DigestOf(lockfile)[..16]);
        if (!Directory.Exists(tree))
        {
            var partial = tree + ".partial";
            await trees.UnpackAsync(lockfile, partial, cancellation);
            Directory.Move(partial, tree);
        }

        return tree;
    }

    /// <summary>Packs a tree that no pair had packed yet, and gives the image its name in this pair.</summary>
    private async Task PackAsync(Workbench tools, ErofsLayout layout, string tree, string image, CancellationToken cancellation)
    {
        var shared = Path.Combine(root, "images", $"{Path.GetFileName(tree)}{(layout.Name.Length == 0 ? string.Empty : "-" + layout.Name)}.erofs");
        if (!File.Exists(shared))
        {
            using var step = maker.Progress.Begin($"pack {Path.GetFileName(shared)}");
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
}
