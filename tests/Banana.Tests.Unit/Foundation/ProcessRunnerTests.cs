// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;

namespace Banana.Tests.Unit.Foundation;

public sealed class ProcessRunnerTests
{
    private static readonly ProcessRunner Runner = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_arrive_as_they_are_and_both_outputs_are_kept()
    {
        var lines = new List<string>();

        var result = await Runner.RunAsync(Command.Of("sh", "-c", "printf '%s' \"$1\"; echo >&2 oops", "sh", "a 'b' $c\n") with { OnLine = lines.Add }, Token);

        Assert.Equal("a 'b' $c\n", result.Output);
        Assert.Equal("oops\n", result.Error);
        Assert.Contains("oops", lines);
    }

    [Fact]
    public async Task A_failure_says_how_to_replay_it()
    {
        var error = await Assert.ThrowsAsync<CommandFailedException>(() => Runner.RunAsync(Command.Of("sh", "-c", "echo broken >&2; exit 3").With("A", "b c"), Token));

        Assert.Equal(ExitCode.ToolFailed, error.Code);
        Assert.Equal("sh failed with exit code 3: broken; to replay: A='b c' sh -c 'echo broken >&2; exit 3'", error.Message);
    }

    [Fact]
    public async Task A_full_disk_of_a_tool_is_a_full_disk()
    {
        var error = await Assert.ThrowsAsync<CommandFailedException>(() => Runner.RunAsync(Command.Of("sh", "-c", "echo 'cp: x: No space left on device' >&2; exit 1"), Token));

        Assert.Equal(ExitCode.NoSpace, error.Code);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_in_one_line()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => Runner.RunAsync(Command.Of("no-such-program-anywhere"), Token));

        Assert.Equal(ExitCode.MissingTool, error.Code);
    }

    [Fact]
    public async Task Cancelling_ends_the_program_and_its_children()
    {
        using var cancel = new CancellationTokenSource();
        var started = new TaskCompletionSource<int>();
        var run = Runner.RunAsync(Command.Of("sh", "-c", "sleep 1000 & echo $!; wait") with { OnLine = line => started.TrySetResult(int.Parse(line)) }, cancel.Token);
        var child = await started.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        for (var i = 0; i < 100 && IsRunning(child); i++)
        {
            await Task.Delay(50, Token);
        }

        Assert.False(IsRunning(child));
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is ArgumentException or IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
