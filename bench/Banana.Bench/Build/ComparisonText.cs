// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Bench.Measuring;
using Banana.Bench.Peers;
using Banana.Foundation.Progress;

namespace Banana.Bench.Build;

/// <summary>A comparison for people.</summary>
internal static class ComparisonText
{
    /// <summary>A table of costs, the goals, our steps, the sizes, and what is not the same.</summary>
    public static string Compose(BuildComparison comparison)
    {
        var (ours, peer) = (comparison.Ours, comparison.Peer);
        var text = new StringBuilder();
        text.Append($"{"",-14}{"",-12}{"wall",10}{"CPU",10}{"peak memory",14}{"largest process",18}\n");
        Row("build", ours.Name, ours.Build);
        Row("", peer.Name, peer.Build);
        Ratio(ours.Build, peer.Build);
        Row("incremental", ours.Name, ours.Incremental);
        Row("", peer.Name, peer.Incremental);
        Ratio(ours.Incremental, peer.Incremental);
        text.Append('\n');
        foreach (var goal in comparison.Goals)
        {
            text.Append($"{goal.Name,-26}{goal.Ratio,6:0.000} of {peer.Name}'s, goal at most {goal.Most:0.00}: {(goal.IsMet ? "met" : "MISSED")}\n");
        }

        text.Append($"\nsteps of a build (some side by side): {Steps(comparison.BuildSteps)}\n");
        text.Append($"steps of an incremental build:        {Steps(comparison.IncrementalSteps)}\n\n");
        text.Append($"at the peak of a build: {ours.Name} with {ours.Build.DescribePeak()}; {peer.Name} with {peer.Build.DescribePeak()}\n");
        text.Append($"at the peak of an incremental build: {ours.Name} with {ours.Incremental.DescribePeak()}; {peer.Name} with {peer.Incremental.DescribePeak()}\n\n");
        Image(ours.Name, ours.Image);
        Image(peer.Name, peer.Image);
        text.Append($"\n{comparison.Runs} {(comparison.Runs == 1 ? "run" : "runs, median")}, {Environment.ProcessorCount} processors, load average {comparison.LoadBefore} before and {comparison.LoadAfter} after\n");
        text.AppendJoin('\n', BuildComparison.Caveats.Select(caveat => "note: " + caveat));
        return text.ToString();

        void Row(string what, string name, Measurement cost) =>
            text.Append($"{what,-14}{name,-12}{cost.Wall,8:0.0} s{cost.Cpu,8:0.0} s{ByteSize.Format(cost.TreePeak),14}{ByteSize.Format(cost.LargestProcess),18}\n");

        void Ratio(Measurement our, Measurement their) =>
            text.Append($"{"",-14}{"ratio",-12}{our.Wall / their.Wall,10:0.000}{our.Cpu / their.Cpu,10:0.000}{(double)our.TreePeak / their.TreePeak,14:0.000}{(double)our.LargestProcess / their.LargestProcess,18:0.000}\n");

        void Image(string name, BuiltImage image) =>
            text.Append($"{name,-12} {image.Packages} packages, usr {ByteSize.Format(image.Usr)}, verity {ByteSize.Format(image.Verity)}, UKI {ByteSize.Format(image.Uki)}\n");
    }

    private static string Steps(IEnumerable<OurStep> steps) => string.Join(", ", steps.Select(step => $"{step.Name} {(step.Cached ? "cached" : $"{step.Seconds:0.0} s")}"));
}
