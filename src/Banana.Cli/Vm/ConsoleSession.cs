// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>A machine whose serial console is the user's terminal; a log when nobody can type.</summary>
internal static class ConsoleSession
{
    private static readonly TimeSpan PowerOffTime = TimeSpan.FromSeconds(90);

    /// <summary>Runs the machine until it powers off, the user leaves, or the time is over.</summary>
    public static async Task<ExitCode> RunAsync(VmRequest request, BootSource source, MachineOptions options, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        TerminalOutput.Info(Introduction(request, source, options));
        await using var output = TerminalOutput.OpenOutput();
        options = TerminalOutput.IsConsole
            ? options with { OnConsoleBytes = bytes => Show(output, bytes) }
            : options with { OnConsoleLine = line => TerminalOutput.Result(line.Text) };
        await using var machine = await VirtualMachine.StartAsync(options, tools, progress, cancellation);
        var isOver = TerminalOutput.IsConsole
            ? await InteractAsync(machine, output, request.Timeout, cancellation)
            : await FirstAsync(machine, Task.Delay(Timeout.Infinite, cancellation), request.Timeout, cancellation);

        if (machine.Ended.IsCompleted)
        {
            await machine.Ended;
            return ExitCode.Success;
        }

        if (request.Screenshot is { } picture)
        {
            await machine.SaveScreenAsync(picture, cancellation);
            TerminalOutput.Info($"the screen is in {picture}");
        }

        if (request.Persist is not null)
        {
            TerminalOutput.Info("powering off, so that the kept disk is whole…");
            await machine.PowerOffAsync(PowerOffTime, cancellation);
        }

        return isOver
            ? throw new BananaException(ExitCode.Unhealthy, $"the machine was still running after {request.Timeout!.Value.TotalSeconds:0} s", next: $"the whole log is in {machine.Console.LogFile}")
            : ExitCode.Success;
    }

    private static string Introduction(VmRequest request, BootSource source, MachineOptions options)
    {
        var writes = request.Persist is { } disk ? $"changes are kept in {disk}" : "nothing is changed";
        var leave = TerminalOutput.IsConsole ? "Ctrl-] or Ctrl-A x leaves" : "Ctrl-C ends it";
        return $"{source.Name} with {options.Accelerator.Description}; {writes}; log: {options.SerialLog}; {leave}";
    }

    private static void Show(Stream output, ReadOnlyMemory<byte> bytes)
    {
        output.Write(bytes.Span);
        output.Flush();
    }

    private static async Task<bool> InteractAsync(VirtualMachine machine, Stream output, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var raw = new RawTerminal();
        try
        {
            return await FirstAsync(machine, TypeAsync(machine, cancellation), timeout, cancellation);
        }
        finally
        {
            // The guest may have left colours, or the cursor in the middle of a line.
            Show(output, "\e[0m\e[?25h\r\n"u8.ToArray());
        }
    }

    /// <summary>Waits until the machine ended, the user left, or the time is over.</summary>
    /// <returns>Whether the time is over.</returns>
    private static async Task<bool> FirstAsync(VirtualMachine machine, Task left, TimeSpan? timeout, CancellationToken cancellation)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var over = Task.Delay(timeout ?? Timeout.InfiniteTimeSpan, decided.Token);
        var first = await Task.WhenAny(machine.Ended, left, over);
        await decided.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return first == over;
    }

    private static Task TypeAsync(VirtualMachine machine, CancellationToken cancellation) => Task.Factory.StartNew(
        () =>
        {
            using var input = TerminalOutput.OpenInput();
            var keys = new EscapeKeys();
            var buffer = new byte[1024];
            // A read cannot be interrupted: the thread ends with the program.
            while (!keys.Leaves && input.Read(buffer) is var count and > 0)
            {
                machine.Console.WriteAsync(keys.Filter(buffer.AsSpan(0, count)), cancellation).GetAwaiter().GetResult();
            }
        },
        cancellation,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
