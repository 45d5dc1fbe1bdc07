// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Foundation.Progress;

namespace Banana.Bench.Delta.Report;

/// <summary>A comparison for people.</summary>
internal static class DeltaText
{
    /// <summary>What is different, a table of the ways, and the load.</summary>
    public static string Compose(DeltaComparison comparison)
    {
        var bound = comparison.Bound;
        var text = new StringBuilder();
        text.Append($"{comparison.Pair}: {bound.Files} files, {Megabytes(bound.Bytes)}; {bound.Changed} changed, {bound.Added} new, {bound.Gone} gone, {Megabytes(bound.DifferentBytes)} to make\n\n");
        text.Append($"{"",-46}{"image",10}{"to fetch",11}{"of bound",10}{"requests",10}{"wall",9}{"CPU",9}{"peak",10}   {"publish",9}{"rate",11}\n");
        foreach (var way in comparison.Ways)
        {
            text.Append($"{way.Name,-46}{Megabytes(way.Image),10}{Megabytes(way.Fetched),11}{(double)way.Fetched / bound.Smallest,9:0.00}×{way.Requests,10}{way.Device.Wall,7:0.0} s{way.Device.Cpu,7:0.0} s{ByteSize.Format(way.Device.TreePeak),10}   ");
            text.Append(way.PublishRate is { } rate ? $"{way.Publish.Sum(step => step.Wall),7:0.0} s{rate / 1e6,6:0} MB/s\n" : $"{"–",9}{"–",11}\n");
        }

        text.Append($"{"per file, whole changed files, zstd -19",-46}{"",10}{Megabytes(bound.Whole),11}{(double)bound.Whole / bound.Smallest,9:0.00}×\n");
        text.Append($"{"per file, smallest of whole or patch: the bound",-46}{"",9}{Megabytes(bound.Smallest),11}{1.0,9:0.00}×\n\n");
        foreach (var (goal, reached) in DeltaGoals.Of(comparison))
        {
            text.Append($"{(reached ? "reached" : "MISSED ")}  {goal}\n");
        }

        return text.Append($"\nload before {comparison.LoadBefore}, after {comparison.LoadAfter}; {Environment.ProcessorCount} processors; MB are millions of bytes").ToString();
    }

    private static string Megabytes(long bytes) => bytes >= 100_000_000 ? $"{bytes / 1e6:0} MB" : $"{bytes / 1e6:0.0} MB";
}
