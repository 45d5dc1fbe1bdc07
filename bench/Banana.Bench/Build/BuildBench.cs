// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Bench.Measuring;
using Banana.Bench.Peers;
using Banana.Cli.Workbenches;
using Banana.Definition;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Bench.Build;

/// <summary>Measures builds of ours and of mkosi, in turns, with the same packages.</summary>
/// <param name="maker">The checkout, the caches and the workbenches.</param>
/// <param name="edition">The name of the edition.</param>
internal sealed class BuildBench(MakerEnvironment maker, string edition)
{
    private const string MkosiWorkbench = "bench";

    private readonly string folder = Path.Combine(maker.Local.Cache, "bench");

    /// <summary>Measures. Nothing in the checkout is changed.</summary>
    public async Task<BuildComparison> RunAsync(int runs, CancellationToken cancellation)
    {
        UnixFile.UseStandardMask();
        using var held = await FileLock.TakeAsync(Path.Combine(folder, "lock"), () => maker.Progress.Log("another benchmark is running, waiting"), cancellation);
        var measurer = new Measurer(Path.Combine(folder, "logs"), maker.Progress);
        var tools = await maker.WorkbenchAsync(MakerEnvironment.Tools, maker.HostContext, cancellation);
        var ours = new Ours(Path.Combine(folder, "banana"), edition, measurer);
        await ours.PrepareAsync(maker.Checkout.Root, maker.Local.Cache, tools.Root, cancellation);

        // Both use the copy of the definition, so that one change of an overlay is a change for both.
        var definition = LocalConfigurationLoader.Apply(DefinitionLoader.Load(Path.Combine(ours.Home, "os")), maker.Local);
        var resolved = EditionResolver.Resolve(definition, edition);
        var lockfile = LockfileChanges.Require(await LockfileJson.ReadAsync(resolved.Lockfile, cancellation), resolved);
        if (resolved.Base.Plugin != "debian" || resolved.Overlays.Count == 0)
        {
            throw new BananaException(ExitCode.BadInput, $"'{edition}' cannot be compared: its base is not Debian, or it has no overlay to change", next: "take another edition, like core");
        }

        var mkosi = await PrepareMkosiAsync(resolved, lockfile.Epoch, measurer, cancellation);
        await ours.BuildAsync("banana-warm-up", cancellation);
        await mkosi.WarmUpAsync(cancellation);
        return await CompareAsync(ours, mkosi, resolved, runs, cancellation);
    }

    private async Task<Mkosi> PrepareMkosiAsync(Edition resolved, long epoch, Measurer measurer, CancellationToken cancellation)
    {
        var workbench = await maker.WorkbenchAsync(MkosiWorkbench, maker.HostContext, cancellation);
        return await Mkosi.PrepareAsync(new MkosiFolder(Path.Combine(folder, "mkosi")), resolved, epoch, workbench, measurer, cancellation);
    }

    private async Task<BuildComparison> CompareAsync(Ours ours, Mkosi mkosi, Edition resolved, int runs, CancellationToken cancellation)
    {
        List<(OurBuild Build, Measurement Cost)> ourBuilds = [], ourIncrementals = [];
        List<Measurement> mkosiBuilds = [], mkosiIncrementals = [];
        var load = await LoadAverage.ReadAsync(cancellation);
        for (var run = 1; run <= runs; run++)
        {
            ours.ForgetSteps();
            ourBuilds.Add(await ours.BuildAsync("banana-build", cancellation));
            mkosiBuilds.Add(await mkosi.BuildAsync(incremental: false, cancellation));
            await Ours.ChangeAsync(resolved.Overlays[^1], $"benchmark, run {run}", cancellation);
            ourIncrementals.Add(await ours.BuildAsync("banana-incremental", cancellation));
            mkosiIncrementals.Add(await mkosi.BuildAsync(incremental: true, cancellation));
        }

        return new BuildComparison(
            new Contender("banana", Measurement.Median([.. ourBuilds.Select(run => run.Cost)]), Measurement.Median([.. ourIncrementals.Select(run => run.Cost)]), ourBuilds[^1].Build.Image),
            new Contender(await mkosi.VersionAsync(cancellation), Measurement.Median(mkosiBuilds), Measurement.Median(mkosiIncrementals), mkosi.Describe()),
            ourBuilds.MinBy(run => run.Cost.Wall).Build.Steps, ourIncrementals.MinBy(run => run.Cost.Wall).Build.Steps,
            runs, load, await LoadAverage.ReadAsync(cancellation));
    }
}
