// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.Runtime.InteropServices;
using Banana.Cli.Help;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;

namespace Banana.Cli;

/// <summary>Runs a command: Ctrl-C and SIGTERM cancel it, an expected error becomes one line and an exit code, a defect prints everything.</summary>
internal static class CommandHost
{
    /// <summary>Shows causes and stack traces.</summary>
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Show the commands that run and the causes of errors", Recursive = true };

    /// <summary>Parses and runs a command line.</summary>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        // Who asks for help need not give what the command would need.
        if (parsed.Errors.Count > 0 && parsed.Action is not RootHelp)
        {
            var command = parsed.CommandResult.Command == root ? "banana" : $"banana {parsed.CommandResult.Command.Name}";
            var problem = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
            TerminalOutput.Error($"{problem}; see '{command} --help'");
            return (int)ExitCode.Usage;
        }

        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        try
        {
            // We handle errors and signals ourselves: the library's defaults print stack traces and kill after two seconds.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupted.Token);
        }
        catch (Exception error)
        {
            return Report(IOErrors.Explain(Unwrap(error)), interrupted.IsCancellationRequested, parsed.GetValue(Verbose));
        }

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }

    private static int Report(Exception error, bool interrupted, bool verbose)
    {
        if (error is OperationCanceledException && interrupted)
        {
            TerminalOutput.Error("interrupted; nothing half-made was kept, run the same command again to go on");
            return (int)ExitCode.Cancelled;
        }

        if (error is BananaException expected)
        {
            TerminalOutput.Error(verbose ? expected.ToString() : expected.Message);
            return (int)expected.Code;
        }

        TerminalOutput.Error($"a defect in banana, please report it with these lines:\n{error}");
        return (int)ExitCode.Defect;
    }

    private static Exception Unwrap(Exception error) => error is AggregateException { InnerExceptions.Count: 1 } many ? Unwrap(many.InnerExceptions[0]) : error;
}
