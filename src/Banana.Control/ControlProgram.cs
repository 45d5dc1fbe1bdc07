// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Banana.Control.Commands;
using Banana.Foundation.Errors;

namespace Banana.Control;

/// <summary>The program <c>bananactl</c>: a thin client of the daemon.</summary>
public static class ControlProgram
{
    /// <summary>Runs a command line.</summary>
    /// <param name="args">Its words.</param>
    /// <param name="output">Where it writes.</param>
    /// <param name="connect">Connects to the daemon.</param>
    /// <returns>The exit code (docs/exit-codes.md).</returns>
    public static async Task<int> RunAsync(string[] args, Output output, Func<Task<DaemonClient>> connect)
    {
        ArgumentNullException.ThrowIfNull(output);
        var root = ControlCommands.Create(output, connect);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            var command = parsed.CommandResult.Command == root ? "bananactl" : $"bananactl {parsed.CommandResult.Command.Name}";
            if (parsed.CommandResult.Command == root && parsed.UnmatchedTokens is [var unknown, ..])
            {
                output.Error($"there is no command '{unknown}'; see 'bananactl --help'");
                return (int)ExitCode.Usage;
            }

            output.Error($"{string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.')}; see '{command} --help'");
            return (int)ExitCode.Usage;
        }

        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupted.Token);
        }
        catch (OperationCanceledException)
        {
            output.Error("interrupted; what was fetched is kept, run the same command again to go on");
            return (int)ExitCode.Cancelled;
        }
        catch (BananaException error)
        {
            output.Error(error.Message);
            return (int)error.Code;
        }
        catch (Exception error)
        {
            output.Error($"a defect: {error}");
            return (int)ExitCode.Defect;
        }

        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }
}
