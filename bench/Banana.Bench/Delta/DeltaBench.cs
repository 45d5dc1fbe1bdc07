// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Bound;
using Banana.Bench.Delta.Pairs;
using Banana.Bench.Delta.Ways;
using Banana.Bench.Measuring;
using Banana.Cli.Workbenches;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Bench.Delta;

/// <summary>Measures all ways of a pair, one after the other.</summary>
/// <param name="maker">The checkout, the caches and the workbenches.</param>
internal sealed class DeltaBench(MakerEnvironment maker)
{
    private readonly string folder = Path.Combine(maker.Local.Cache, "bench", "delta", "run");

    /// <summary>The ways, in the order of the table.</summary>
    public static IReadOnlyList<IDeltaWay> Ways { get; } =
    [
        new FullImage(),
        new Desync(Desync.KdeName, ErofsLayout.Kde, "1024:2048:4096"),
        new Desync(Desync.BestName, ErofsLayout.Ours, "4:16:64"),
        new ZstdPatch(),
        new Ours(byPatch: false),
        new Ours(byPatch: true),
    ];

    /// <summary>Makes the pair if it is not there, and measures.</summary>
    public async Task<DeltaComparison> RunAsync(PairDefinition definition, CancellationToken cancellation)
    {
        var made = new PairMaker(maker);
        var pair = await made.EnsureAsync(definition, cancellation);
        var bound = await FileBound.ReadAsync(pair.Figures, cancellation) ?? throw new BananaException(ExitCode.Defect, "the pair has no figures", where: pair.Figures);
        var peers = await maker.WorkbenchAsync("peers", maker.HostContext, cancellation);
        var measurer = new Measurer(Path.Combine(maker.Local.Cache, "bench", "logs"), maker.Progress);
        using var held = await FileLock.TakeAsync(folder + ".lock", () => maker.Progress.Log("another benchmark is running, waiting"), cancellation);
        var load = await LoadAverage.ReadAsync(cancellation);
        List<WayResult> results = [];
        foreach (var way in Ways)
        {
            ArtifactCache.DeleteTree(folder);
            Directory.CreateDirectory(WayPlace.RepositoryOf(folder));
            await using var server = CountingServer.Start(WayPlace.RepositoryOf(folder));
            results.Add(await way.MeasureAsync(pair, new WayPlace(folder, peers, measurer, server), cancellation));
        }

        ArtifactCache.DeleteTree(folder);
        return new DeltaComparison(definition.Name, bound, results, load, await LoadAverage.ReadAsync(cancellation));
    }
}

/// <summary>All ways of a pair, beside each other.</summary>
/// <param name="Pair">The name of the pair.</param>
/// <param name="Bound">What is different, and the least that a download by files could be.</param>
/// <param name="Ways">What each way came to.</param>
/// <param name="LoadBefore">The machine's load average before the measurements.</param>
/// <param name="LoadAfter">The machine's load average after them.</param>
internal sealed record DeltaComparison(string Pair, FileBound Bound, IReadOnlyList<WayResult> Ways, string LoadBefore, string LoadAfter);
