// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Measuring;
using Banana.Cli.Workbenches;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Bench.Chunks;

/// <summary>One way to do a task.</summary>
/// <param name="Task">What is done.</param>
/// <param name="Name">By whom.</param>
/// <param name="Cost">What it cost.</param>
internal sealed record ChunkRun(string Task, string Name, Measurement Cost);

/// <summary>Measures how an image is cut and its chunks are stored, by ours and by desync in turns.</summary>
/// <param name="maker">The caches and the workbench.</param>
/// <param name="image">The image.</param>
/// <param name="sizes">The sizes of the chunks.</param>
internal sealed class ChunkBench(MakerEnvironment maker, string image, string sizes)
{
    /// <summary>Only the index is made.</summary>
    public const string Index = "index";

    /// <summary>The index is made and the chunks are stored.</summary>
    public const string Store = "index and store";

    /// <summary>The chunks are stored by an index that is there.</summary>
    public const string StoreOnly = "store only";

    /// <summary>Ours.</summary>
    public const string Ours = "banana";

    private readonly string folder = Path.Combine(maker.Local.Cache, "bench", "chunks");

    /// <summary>Measures each so often and takes the middle one.</summary>
    public async Task<IReadOnlyList<ChunkRun>> RunAsync(int runs, CancellationToken cancellation)
    {
        using var held = await FileLock.TakeAsync(Path.Combine(maker.Local.Cache, "bench", "lock"), () => maker.Progress.Log("another benchmark is running, waiting"), cancellation);
        var workbench = await maker.WorkbenchAsync("peers", maker.HostContext, cancellation);
        var measurer = new Measurer(Path.Combine(maker.Local.Cache, "bench", "logs"), maker.Progress);
        Directory.CreateDirectory(folder);
        var sandbox = workbench.Enter(new Bind(folder), new Bind(Path.GetDirectoryName(image)!, Writable: false));
        var (ours, theirs) = (Path.Combine(folder, "ours.caibx"), Path.Combine(folder, "theirs.caibx"));
        string[] cut = [Path.Combine(AppContext.BaseDirectory, "Banana.Bench.dll"), "cut", "--sizes", sizes, image, ours];
        (string Task, string Name, Command Command)[] ways =
        [
            (Index, Ours, Command.Of(Measurer.Dotnet, cut)),
            (Index, "desync make", Desync("make", "-m", sizes, theirs, image)),
            (Store, Ours, Command.Of(Measurer.Dotnet, [.. cut, "--store", StoreFolder])),
            (Store, "desync make -s", Desync("make", "-m", sizes, "-s", StoreFolder, theirs, image)),
            (StoreOnly, "desync chop", Desync("chop", "-s", StoreFolder, theirs, image)),
        ];
        var costs = ways.Select(_ => new List<Measurement>()).ToArray();
        for (var run = 0; run < runs; run++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                ArtifactCache.DeleteTree(StoreFolder);
                Directory.CreateDirectory(StoreFolder);
                costs[way].Add((await measurer.RunAsync($"chunks-{way}", ways[way].Command, cancellation)).Cost);
            }
        }

        if (!File.ReadAllBytes(ours).AsSpan().SequenceEqual(File.ReadAllBytes(theirs)))
        {
            throw new InvalidOperationException($"{ours} and {theirs} differ");
        }

        return [.. ways.Select((way, i) => new ChunkRun(way.Task, way.Name, Measurement.Median(costs[i])))];

        Command Desync(params string[] arguments) => sandbox.Wrap(Command.Of("desync", arguments));
    }

    private string StoreFolder => Path.Combine(folder, "store.castr");
}
