// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Diagnostics;
using Banana.Cli.Terminal;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Command = System.CommandLine.Command;

namespace Banana.Bench.Measuring;

/// <summary><c>measure -- COMMAND…</c>: runs one command on our streams and says what it cost. A process of its own, because the kernel keeps one count of ended children for each process.</summary>
internal static class MeasureCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var report = new Option<string?>("--report") { Description = "A file that gets the figures as JSON, in place of a line on standard error" };
        var words = new Argument<string[]>("command") { Description = "The command (after --)", Arity = ArgumentArity.OneOrMore };
        var command = new Command("measure", "Run one command and say what it cost: wall time, processor time, peak memory") { report, words };
        command.SetAction(async (parsed, cancellation) =>
        {
            var line = parsed.GetValue(words)!;
            var (code, cost) = await RunAsync(Foundation.Processes.Command.Of(line[0], line[1..]));
            if (parsed.GetValue(report) is { } file)
            {
                await AtomicFile.WriteAsync(file, System.Text.Encoding.UTF8.GetBytes(cost.ToJson()), cancellation);
            }
            else
            {
                TerminalOutput.Info($"{cost.Wall:0.00} s wall, {cost.Cpu:0.00} s CPU, {ByteSize.Format(cost.TreePeak)} peak of all processes, {ByteSize.Format(cost.LargestProcess)} largest process; at the peak: {cost.DescribePeak()}");
            }

            return code;
        });
        return command;
    }

    private static async Task<(int ExitCode, Measurement Cost)> RunAsync(Foundation.Processes.Command command)
    {
        Kernel.AdoptOrphans();
        using var done = new CancellationTokenSource();
        var sampler = new Sampler(new ProcessTree(Environment.ProcessId));
        var sampling = sampler.RunAsync(Interval, done.Token);
        var clock = Stopwatch.StartNew();
        var code = await ProcessRunner.RunAttachedAsync(command);
        var wall = clock.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await sampling;

        // What a sandbox's first process waited for counts only when that process is reaped, a moment later.
        while (Kernel.ReapOrphans() && clock.Elapsed.TotalSeconds < wall + 5)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        var usage = Kernel.ChildrenUsage();
        return (code, new Measurement(wall, usage.User + usage.System, sampler.Peak, usage.LargestProcess, sampler.Samples) { AtPeak = Measurement.Largest(sampler.AtPeak) });
    }

    private sealed class Sampler(ProcessTree tree)
    {
        public IReadOnlyList<ProcessMemory> AtPeak { get; private set; } = [];

        public long Peak { get; private set; }

        public int Samples { get; private set; }

        public async Task RunAsync(TimeSpan interval, CancellationToken end)
        {
            using var timer = new PeriodicTimer(interval);
            try
            {
                while (await timer.WaitForNextTickAsync(end))
                {
                    var now = tree.Look();
                    var sum = now.Sum(process => process.Bytes);
                    if (sum > Peak)
                    {
                        (Peak, AtPeak) = (sum, now);
                    }

                    Samples++;
                }
            }
            catch (OperationCanceledException)
            {
                // The command ended.
            }
        }
    }
}
