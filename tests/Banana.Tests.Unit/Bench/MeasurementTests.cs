// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Build;
using Banana.Bench.Measuring;
using Banana.Bench.Peers;
using Banana.Foundation.Processes;

namespace Banana.Tests.Unit.Bench;

public sealed class MeasurementTests
{
    private static readonly BuiltImage Image = new(138, 1 << 20, 1 << 12, 1 << 16);

    [Fact]
    public void The_run_with_the_middle_wall_time_counts_with_all_its_figures()
    {
        Measurement[] runs = [Cost(9, 300), Cost(1, 900), Cost(5, 100)];
        Assert.Equal(runs[2], Measurement.Median(runs));
    }

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var cost = new Measurement(12.345, 23.456, 1L << 33, 1L << 32, 246) { AtPeak = [new("dotnet", 1L << 33)] };
        var read = Measurement.Parse(cost.ToJson());
        Assert.Equal(cost.AtPeak, read.AtPeak);
        Assert.Equal(cost, read with { AtPeak = cost.AtPeak });
    }

    [Theory]
    [InlineData(25, 250, 10, true, true, true)]
    [InlineData(25.1, 250, 10, false, true, true)]
    [InlineData(25, 251, 10, true, false, true)]
    [InlineData(25, 250, 10.1, true, true, false)]
    public void Goals_are_met_up_to_their_ratio_and_no_further(double wall, long memory, double incremental, bool wallMet, bool memoryMet, bool incrementalMet)
    {
        var comparison = new BuildComparison(
            new Contender("banana", Cost(wall, memory), Cost(incremental, 1), Image), new Contender("mkosi", Cost(100, 1000), Cost(100, 1), Image), [], [], 1, "0.1", "0.2");
        Assert.Equal([wallMet, memoryMet, incrementalMet], comparison.Goals.Select(goal => goal.IsMet));
        Assert.Equal(comparison.Goals.Count(goal => !goal.IsMet), ComparisonText.Compose(comparison).Split("MISSED").Length - 1);
    }

    [Fact]
    public void Memory_is_found_in_the_kernels_words()
    {
        const string rollup = "5593749bb000-7ffd5cd25000 ---p 00000000 00:00 0                          [rollup]\nRss:                1744 kB\nPss:                 297 kB\nPss_Anon:            112 kB\n";
        Assert.Equal(297 * 1024, ProcessTree.Value(rollup, "Pss"));
        Assert.Equal(1744 * 1024, ProcessTree.Value(rollup, "Rss"));
        Assert.Equal(0, ProcessTree.Value(rollup, "Swap"));
    }

    [Fact]
    public async Task Descendants_of_descendants_are_counted_and_the_process_itself_is_not()
    {
        using var shell = await ProcessRunner.StartAsync(Command.Of("sh", "-c", "sleep 30 & echo started; wait"));
        try
        {
            Assert.Equal("started", await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            var below = Assert.Single(new ProcessTree(shell.Id).Look());
            Assert.True(below.Bytes > 0);
            Assert.True(new ProcessTree(Environment.ProcessId).Look().Count > 1, "the shell, and what is below it");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    private static Measurement Cost(double wall, long memory) => new(wall, wall, memory, memory, 1);
}
