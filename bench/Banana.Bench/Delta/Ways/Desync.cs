// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;

namespace Banana.Bench.Delta.Ways;

/// <summary>desync: an index and a store of chunks, extracted with the old image as seed.</summary>
/// <param name="name">Its name in the table.</param>
/// <param name="layout">The layout of the images.</param>
/// <param name="chunks">Smallest, average and largest chunk in KiB ("16:64:256").</param>
internal sealed class Desync(string name, ErofsLayout layout, string chunks) : IDeltaWay
{
    /// <summary>The name of KDE Linux's settings.</summary>
    public const string KdeName = "desync 1024:2048:4096 (KDE Linux)";

    /// <summary>The name of the smallest chunks.</summary>
    public const string BestName = "desync 4:16:64, our layout";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<WayResult> MeasureAsync(Pair pair, WayPlace place, CancellationToken cancellation)
    {
        var label = $"desync {chunks.Replace(':', '-')}";
        var store = Path.Combine(place.Repository, "store");
        Directory.CreateDirectory(store);
        var index = Path.Combine(place.Repository, "new.caibx");

        // The device has the index of what it runs; its costs are those of the update before.
        var seed = Path.Combine(place.Folder, "old.caibx");
        await place.RunAsync(pair, label + " seed", cancellation, "desync", "make", "--chunk-size", chunks, seed, pair.Old(layout));
        var make = await place.RunAsync(pair, label + " make", cancellation, "desync", "make", "--chunk-size", chunks, index, pair.New(layout));
        var chop = await place.RunAsync(pair, label + " chop", cancellation, "desync", "chop", "--store", store, index, pair.New(layout));
        return await place.FetchAsync(
            pair, layout, name, [make, chop],
            () => place.RunAsync(pair, label + " extract", cancellation, "desync", "extract", "--store", place.Server.Address + "/store", "--seed", $"{seed}:{pair.Old(layout)}", place.Server.Address + "/new.caibx", place.Output),
            cancellation);
    }
}
