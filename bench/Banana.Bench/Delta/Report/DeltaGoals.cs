// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Ways;

namespace Banana.Bench.Delta.Report;

/// <summary>What our downloads have to reach, and whether they do.</summary>
internal static class DeltaGoals
{
    private const long Memory = 128L << 20;

    /// <summary>The goals of a comparison: what was reached, in words, and whether that is enough.</summary>
    public static IReadOnlyList<(string Text, bool Reached)> Of(DeltaComparison comparison)
    {
        var ours = comparison.Ways.Single(way => way.Name == Ours.PatchName);
        var chunks = comparison.Ways.Single(way => way.Name == Ours.ChunksName);
        var kde = comparison.Ways.Single(way => way.Name == Desync.KdeName);
        var best = comparison.Ways.Single(way => way.Name == Desync.BestName);
        var ofBound = (double)ours.Fetched / comparison.Bound.Smallest;
        var most = comparison.Pair == "weekly" ? 1.25 : 1.2;
        List<(string, bool)> goals =
        [
            ($"a patch has {ofBound:0.00} times the bound (goal: {most:0.00})", ofBound <= most),
            ($"the device's program takes {ours.Device.TreePeak >> 20} MiB (goal: 128)", ours.Device.TreePeak <= Memory),
        ];
        if (comparison.Pair != "small")
        {
            // Of a small image, starting the programs is what takes the time.
            goals.Add(($"it is applied in {ours.Device.Wall:0.0} s, desync extracts in {best.Device.Wall:0.0} s (goal: less)", ours.Device.Wall < best.Device.Wall));
            goals.Add(($"index and store are made at {chunks.PublishRate / 1e6:0} MB/s, desync's at {best.PublishRate / 1e6:0} (goal: as fast)", chunks.PublishRate >= best.PublishRate));
        }

        if (comparison.Pair == "daily")
        {
            var part = (double)kde.Fetched / ours.Fetched;
            goals.Insert(1, ($"a patch has 1/{part:0} of what KDE Linux fetches (goal: 1/25)", part >= 25));
        }

        return goals;
    }
}
