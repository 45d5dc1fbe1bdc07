// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Processes;

namespace Banana.Tests.Vm.Machines;

/// <summary>The command as a user runs it: a process of its own, on a terminal and without one.</summary>
public sealed class VmCommandTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "banana.dll");

    /// <summary>In milliseconds; a test that waits for words that never come must end.</summary>
    private const int Patience = 180_000;

    private readonly FirmwareShell shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => shell.Dispose();

    [Fact(Timeout = Patience)]
    public async Task Without_a_terminal_it_streams_the_console_and_dies_with_its_machine()
    {
        var disk = shell.EmptyDisk();
        using var process = await ProcessRunner.StartAsync(Banana("vm", disk));
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(Token);
            Assert.NotNull(line);
        }
        while (!line.StartsWith("UEFI Interactive Shell", StringComparison.Ordinal));

        // SIGKILL: nothing of ours can clean up any more, so the kernel has to.
        var machine = Assert.Single(FirmwareShell.ProcessesNaming(OverlayOf(disk)));
        process.Kill();
        await process.WaitForExitAsync(Token);
        var patience = Stopwatch.StartNew();
        while (Directory.Exists($"/proc/{machine}"))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(10), "QEMU outlived the tool");
            await Task.Delay(50, Token);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task On_a_terminal_it_is_interactive_and_control_bracket_leaves()
    {
        // script(1) gives it a terminal; what we send to script is what a person types.
        var command = Command.Of("script", "--quiet", "--return", "--echo", "never", "--command", $"dotnet {Program} vm {shell.EmptyDisk()}", shell.File("typescript"));
        using var process = await ProcessRunner.StartAsync(command with { Environment = Banana().Environment });
        var seen = string.Empty;
        await ReadUntilAsync("Ctrl-] or Ctrl-A x leaves");
        await ReadUntilAsync("UEFI Interactive Shell");
        await TypeAsync("\e");
        await ReadUntilAsync("Shell>");
        await TypeAsync("echo ban^ana\r");
        await ReadUntilAsync("banana\r\n");
        await TypeAsync("\u001d");
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);

        async Task TypeAsync(string keys)
        {
            await process.StandardInput.WriteAsync(keys);
            await process.StandardInput.FlushAsync(Token);
        }

        async Task ReadUntilAsync(string text)
        {
            var buffer = new char[4096];
            while (!seen.Contains(text, StringComparison.Ordinal))
            {
                var count = await process.StandardOutput.ReadAsync(buffer, Token);
                Assert.True(count > 0, $"it ended without '{text}': {seen}");
                seen += new string(buffer, 0, count);
            }

            seen = seen[(seen.IndexOf(text, StringComparison.Ordinal) + text.Length)..];
        }
    }

    [Fact(Timeout = Patience)]
    public async Task A_disk_without_a_system_is_unhealthy_with_a_report_that_says_why()
    {
        var result = await new ProcessRunner().RunAsync(Banana("vm", shell.EmptyDisk(), "--health", "--json", "--screenshot", shell.File("screen.png")) with { AllowFailure = true }, Token);
        Assert.Equal(9, result.ExitCode);
        using var report = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.False(report.RootElement.GetProperty("healthy").GetBoolean());
        var check = Assert.Single(report.RootElement.GetProperty("checks").EnumerateArray().ToList());
        Assert.Contains("the firmware found nothing to boot on the disk", check.GetProperty("detail").GetString());
        Assert.True(File.Exists(shell.File("screen.png")));
    }

    [Fact(Timeout = Patience)]
    public async Task Time_that_is_over_ends_the_machine()
    {
        var result = await new ProcessRunner().RunAsync(Banana("vm", shell.EmptyDisk(), "--timeout", "1") with { AllowFailure = true }, Token);
        Assert.Equal(9, result.ExitCode);
        Assert.Contains("the machine was still running after 1 s", result.Error);
    }

    [Theory]
    [InlineData(3, "there is no release or disk image 'nothing-like-that'", "nothing-like-that")]
    [InlineData(2, "--forward '99999:1'", "--forward", "99999:1")]
    [InlineData(2, "contradict each other", "--snapshot", "--persist", "x")]
    [InlineData(7, "--gui needs a desktop session", "DISK", "--gui")]
    public async Task Bad_input_is_one_line_and_its_exit_code(int code, string why, params string[] arguments)
    {
        var disk = shell.EmptyDisk();
        var command = Banana(["vm", .. arguments.Select(argument => argument == "DISK" ? disk : argument)]).With("DISPLAY", string.Empty).With("WAYLAND_DISPLAY", string.Empty);
        var result = await new ProcessRunner().RunAsync(command with { AllowFailure = true }, Token);
        Assert.Equal(code, result.ExitCode);
        var line = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(why, line);
    }

    /// <summary>The tool, as it is in this checkout.</summary>
    private Command Banana(params string[] arguments) =>
        Command.Of("dotnet", [Program, .. arguments]).With("TMPDIR", shell.Folder).With("TERM", "dumb");

    private static string OverlayOf(string disk) => Path.Combine(Path.GetDirectoryName(disk)!, "banana-vm-");
}
