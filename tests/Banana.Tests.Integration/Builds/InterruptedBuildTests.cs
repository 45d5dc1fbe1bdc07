// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Builds;

/// <summary>A build that is stopped, by a person or by a full disk, leaves nothing half-made, and the next one goes on.</summary>
public sealed class InterruptedBuildTests
{
    private static readonly string[] Stages = ["tree", "trim", "initrd", "hermetic usr", "erofs + verity", "boot + disk"];

    [Fact]
    public async Task Ctrl_C_in_each_stage_leaves_nothing_half_made_and_the_next_run_goes_on()
    {
        using var machine = await MakersMachine.CreateAsync();
        foreach (var stage in Stages)
        {
            var (code, error) = await InterruptAtAsync(machine, stage);
            Assert.True(code == (int)ExitCode.Cancelled, $"in stage '{stage}' the run ended with {code}:\n{error}");
            Assert.EndsWith("banana: interrupted; nothing half-made was kept, run the same command again to go on\n", error, StringComparison.Ordinal);
            machine.AssertNothingHalfMade();
            Assert.False(Directory.Exists(machine.Output) && Directory.EnumerateFiles(machine.Output, "manifest.json", SearchOption.AllDirectories).Any());
        }

        await machine.BuildAsync();
    }

    [Fact]
    public async Task A_killed_run_leaves_no_mount_and_the_next_run_sweeps_its_rest()
    {
        using var machine = await MakersMachine.CreateAsync();
        using (var run = await StartAsync(machine))
        {
            await WaitForStageAsync(run, "tree");
            await Task.Delay(2000, TestContext.Current.CancellationToken); // Somewhere in the middle of the installation.
            run.Kill(entireProcessTree: false);
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await WaitForChildrenAsync(machine);
        var (code, _) = await InterruptAtAsync(machine, "tree");
        Assert.Equal((int)ExitCode.Cancelled, code);
        machine.AssertNothingHalfMade();
    }

    [Fact]
    public async Task A_full_disk_is_one_line_and_leaves_nothing_half_made()
    {
        using var machine = await MakersMachine.CreateAsync();
        var workbench = await WorkbenchTools.WorkbenchAsync();
        const string script = """
            mount -t tmpfs -o size=150m none "$1" && mkdir -p "$1/artifacts/entries" && ln -s "$2" "$1/artifacts/entries/" && ln -s "$3" "$1/pool" || exit 99
            shift 3
            "$@"; code=$?
            echo "left: $(ls "$BANANA_CACHE/artifacts/partial" 2>/dev/null | tr '\n' ' ')"
            exit $code
            """;
        var tool = machine.Tool("build", "--output", machine.Output);
        var pool = new FileInfo(Path.Combine(machine.Cache, "pool")).LinkTarget!;

        var result = await new ProcessRunner().RunAsync(tool with { FileName = "unshare", Arguments = ["--mount", "sh", "-c", script, "sh", machine.Cache, workbench.Root, pool, tool.FileName, .. tool.Arguments] }, TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == (int)ExitCode.NoSpace, $"it ended with {result.ExitCode}:\n{result.Error}");
        Assert.Contains("no space left", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("left: \n", result.Output);
        Assert.False(Directory.Exists(machine.Output));
    }

    private static async Task<(int Code, string Error)> InterruptAtAsync(MakersMachine machine, string stage)
    {
        using var run = await StartAsync(machine);
        var seen = await WaitForStageAsync(run, stage);
        await new ProcessRunner().RunAsync(Command.Of("kill", "-INT", run.Id.ToString()), TestContext.Current.CancellationToken);
        seen += await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (run.ExitCode, seen);
    }

    private static Task<Process> StartAsync(MakersMachine machine) => ProcessRunner.StartAsync(machine.Tool("build", "--output", machine.Output, "--verbose"));

    private static async Task<string> WaitForStageAsync(Process run, string stage)
    {
        var seen = string.Empty;
        while (await run.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            seen += line + "\n";
            if (line.Contains($"step {stage}: key", StringComparison.Ordinal))
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"the run ended before the stage '{stage}':\n{seen}");
    }

    private static async Task WaitForChildrenAsync(MakersMachine machine)
    {
        // The kernel ends what ran in the sandboxes; that takes it a moment.
        for (var i = 0; i < 100 && (await new ProcessRunner().RunAsync(Command.Of("pgrep", "-f", machine.Cache) with { AllowFailure = true }, TestContext.Current.CancellationToken)).ExitCode == 0; i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
