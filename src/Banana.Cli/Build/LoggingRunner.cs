// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;

namespace Banana.Cli.Build;

/// <summary>Writes every command that runs to a log, so that a build can be replayed by hand.</summary>
/// <param name="inner">Runs the command.</param>
/// <param name="log">Takes the lines.</param>
internal sealed class LoggingRunner(IProcessRunner inner, Action<string> log) : IProcessRunner
{
    /// <inheritdoc/>
    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellation)
    {
        log($"$ {command}");
        var listener = command.OnLine;
        return inner.RunAsync(
            command with
            {
                OnLine = line =>
                {
                    log($"  {line}");
                    listener?.Invoke(line);
                },
            },
            cancellation);
    }
}
