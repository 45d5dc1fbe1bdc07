// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bases.Files;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Progress;

namespace Banana.Bases.Debian;

/// <summary>
/// Installs locked packages into an empty directory. Unpacking happens outside of dpkg, in parallel, for packages that have no
/// preinst script; dpkg itself unpacks the others and configures all. First what is Essential, so that every later script finds
/// a working system, then the rest.
/// </summary>
/// <param name="context">Tools, pool, progress.</param>
/// <param name="lockfile">What to install.</param>
/// <param name="excludes">Which files of packages are left out.</param>
/// <param name="tree">The empty directory.</param>
internal sealed class DebianInstaller(BaseContext context, Lockfile lockfile, PathExcludes excludes, string tree)
{
    // Packages whose files and scripts all others take for granted, without saying so.
    private static readonly string[] FirstOfAll = ["base-passwd", "base-files"];

    private readonly TreeMerger merger = new(tree);
    private readonly DpkgDatabase database = new(tree);
    private readonly DpkgTree dpkg = new(context, excludes, tree, lockfile.Epoch);
    private readonly HashSet<string> configured = new(StringComparer.Ordinal);

    /// <summary>Installs everything.</summary>
    public async Task InstallAsync(CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new BananaException(ExitCode.MissingTool, "installing packages needs root", next: "run the same command with sudo");
        }

        UnixFile.UseStandardMask();

        // Inside the tree: surely on its file system, and gone with it when this run is killed.
        var staging = Path.Combine(tree, ".banana-staging");
        Directory.CreateDirectory(staging);
        try
        {
            await InstallFromAsync(new PackageStager(context, excludes, staging), cancellation).ConfigureAwait(false);
        }
        finally
        {
            ArtifactCache.DeleteTree(staging);
        }

        TreeNormalizer.Normalize(tree, lockfile.Epoch);
    }

    private async Task InstallFromAsync(PackageStager stager, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var unpacking = context.Progress.Begin("unpack");
        var essential = lockfile.Packages.Where(package => package.Essential).OrderByDescending(package => FirstOfAll.Contains(package.Name, StringComparer.Ordinal)).ToList();
        var others = lockfile.Packages.Where(package => !package.Essential).ToList();
        var done = 0;
        var first = await StageAsync(stager, essential, Count, stop.Token).ConfigureAwait(false);
        var rest = StageAsync(stager, others, Count, stop.Token);
        try
        {
            await InstallEssentialAsync(first, stop.Token).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await rest.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        var second = await rest.ConfigureAwait(false);
        await UnpackRestAsync(second, first, cancellation).ConfigureAwait(false);
        unpacking.Complete($"{lockfile.Packages.Count} packages");
        await ConfigureRestAsync(cancellation).ConfigureAwait(false);

        void Count() => unpacking.Report(Interlocked.Increment(ref done), lockfile.Packages.Count, "packages");
    }

    private static async Task<IReadOnlyList<StagedPackage>> StageAsync(PackageStager stager, List<LockedPackage> packages, Action count, CancellationToken cancellation)
    {
        var staged = new StagedPackage[packages.Count];

        // The largest first, so that no processor is left with a big one at the end.
        var order = Enumerable.Range(0, packages.Count).OrderByDescending(i => packages[i].Size);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForEachAsync(order, options, async (i, token) =>
        {
            staged[i] = await stager.StageAsync(packages[i], token).ConfigureAwait(false);
            count();
        }).ConfigureAwait(false);
        return staged;
    }

    private async Task InstallEssentialAsync(IReadOnlyList<StagedPackage> packages, CancellationToken cancellation)
    {
        merger.PrepareMergedUsr();
        foreach (var package in packages.Where(package => package.HasPreinst))
        {
            merger.Bootstrap(package, onlyConfiguration: false);
        }

        MergeDirectly(packages);
        foreach (var package in packages.Where(package => !package.HasPreinst))
        {
            merger.Bootstrap(package, onlyConfiguration: true);
        }

        DenyServices();
        var universe = packages.ToDictionary(package => package.Name, package => package.Control, StringComparer.Ordinal);
        var firstOfAll = packages.Where(package => FirstOfAll.Contains(package.Name, StringComparer.Ordinal)).ToList();
        await dpkg.UnpackAsync(firstOfAll.Where(package => package.HasPreinst), cancellation).ConfigureAwait(false);
        await dpkg.ConfigureAsync(firstOfAll.Select(package => package.Name), cancellation).ConfigureAwait(false);
        configured.UnionWith(firstOfAll.Select(package => package.Name));
        await UnpackByDpkgAsync(packages.Except(firstOfAll), universe, cancellation).ConfigureAwait(false);
        await dpkg.ConfigureAllAsync(SilentProgress.Instance, packages.Count, withoutDepmod: false, cancellation).ConfigureAwait(false);
        configured.UnionWith(universe.Keys);
    }

    private async Task UnpackRestAsync(IReadOnlyList<StagedPackage> packages, IReadOnlyList<StagedPackage> essential, CancellationToken cancellation)
    {
        MergeDirectly(packages);
        var universe = packages.Concat(essential).ToDictionary(package => package.Name, package => package.Control, StringComparer.Ordinal);
        await UnpackByDpkgAsync(packages, universe, cancellation).ConfigureAwait(false);
    }

    private async Task ConfigureRestAsync(CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("configure");

        // Reading four thousand compressed modules takes longer than configuring all packages, and nothing waits for it.
        var modules = Path.Combine(tree, "usr/lib/modules");
        var kernels = Directory.Exists(modules) && UnixFile.Exists(Path.Combine(tree, "usr/sbin/depmod")) ? Directory.GetDirectories(modules).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList() : [];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var depmod = dpkg.DepmodAsync(kernels, stop.Token);
        try
        {
            await dpkg.ConfigureAllAsync(step, lockfile.Packages.Count - configured.Count, withoutDepmod: kernels.Count > 0, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await depmod.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        await depmod.ConfigureAwait(false);
        AllowServices();
        database.ForgetAssumed();
        step.Complete($"{lockfile.Packages.Count} packages");
    }

    private void MergeDirectly(IEnumerable<StagedPackage> packages)
    {
        var simple = packages.Where(package => !package.HasPreinst).ToList();
        foreach (var package in simple)
        {
            merger.Merge(package);
        }

        if (configured.Count == 0)
        {
            database.Create(lockfile.Assumed);
        }

        database.AddUnpacked(simple, merger.IsTakenOver);
    }

    /// <summary>Has dpkg unpack the packages with preinst scripts, each when what it pre-depends on is configured.</summary>
    private async Task UnpackByDpkgAsync(IEnumerable<StagedPackage> packages, Dictionary<string, ControlStanza> universe, CancellationToken cancellation)
    {
        var remaining = packages.Where(package => package.HasPreinst).ToList();
        while (remaining.Count > 0)
        {
            var names = remaining.Select(package => package.Name).ToHashSet(StringComparer.Ordinal);
            var needs = remaining.ToDictionary(package => package, package => Needs(package, universe));
            var wave = remaining.Where(package => !needs[package].Overlaps(names)).ToList();
            if (wave.Count == 0)
            {
                wave = [remaining.MinBy(package => needs[package].Count(names.Contains))!]; // A cycle: begin somewhere, always at the same place.
            }

            var first = wave.SelectMany(package => needs[package]).Where(name => !names.Contains(name)).Except(configured, StringComparer.Ordinal).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (first.Count > 0)
            {
                await dpkg.ConfigureAsync(first, cancellation).ConfigureAwait(false);
                configured.UnionWith(first);
            }

            await dpkg.UnpackAsync(wave, cancellation).ConfigureAwait(false);
            remaining.RemoveAll(wave.Contains);
        }
    }

    private static HashSet<string> Needs(StagedPackage package, Dictionary<string, ControlStanza> universe)
    {
        var direct = Dependency.Satisfiers(package.Control["Pre-Depends"], universe);
        var needs = Dependency.Closure(direct, universe);
        needs.Remove(package.Name);
        return needs;
    }

    /// <summary>Scripts ask this program whether they may start a service (invoke-rc.d(8)); the answer is no.</summary>
    private void DenyServices()
    {
        var path = Path.Combine(tree, "usr/sbin/policy-rc.d");
        File.WriteAllText(path, "#!/bin/sh\nexit 101\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed);
    }

    private void AllowServices() => File.Delete(Path.Combine(tree, "usr/sbin/policy-rc.d"));
}
