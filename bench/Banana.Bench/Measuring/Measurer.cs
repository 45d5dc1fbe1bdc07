// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bench.Measuring;

/// <summary>Runs commands one after the other and says what each cost.</summary>
/// <param name="folder">Where the output of the commands is kept.</param>
/// <param name="progress">Is told what runs.</param>
internal sealed class Measurer(string folder, IProgressSink progress)
{
    private readonly ProcessRunner runner = new();

    /// <summary>The dotnet that runs us.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";

    /// <summary>Runs a command by <see cref="MeasureCommand"/>.</summary>
    /// <param name="name">What it is, for people and for the name of its log.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What it wrote to standard output, and what it cost.</returns>
    public async Task<(string Output, Measurement Cost)> RunAsync(string name, Command command, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        using var step = progress.Begin(name);
        using var log = new LogFile(Path.Combine(folder, name + ".log"));
        var report = Path.Combine(folder, name + ".json");
        var wrapped = Command.Of(Dotnet, [Path.Combine(AppContext.BaseDirectory, "Banana.Bench.dll"), "measure", "--report", report, "--", command.FileName, .. command.Arguments]) with
        {
            Environment = command.Environment,
            OnLine = log.Log,
        };
        Kernel.Sync();
        var result = await runner.RunAsync(wrapped, cancellation);
        var cost = Measurement.Parse(await File.ReadAllTextAsync(report, cancellation));
        step.Complete($"{cost.Wall:0.0} s wall, {cost.Cpu:0.0} s CPU, {ByteSize.Format(cost.TreePeak)} peak");
        return (result.Output, cost);
    }
}
