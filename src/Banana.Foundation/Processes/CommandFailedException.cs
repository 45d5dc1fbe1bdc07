// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Foundation.Processes;

/// <summary>A program ended with a non-zero exit code. Carries the command, so that it can be replayed by hand.</summary>
public sealed class CommandFailedException : BananaException
{
    /// <summary>Makes the error from the command and what it left.</summary>
    public CommandFailedException(Command command, CommandResult result)
        : base(CodeOf(result), $"{Path.GetFileName(command.FileName)} failed with exit code {result.ExitCode}: {LastLines(result)}", next: $"to replay: {command}")
    {
        Command = command;
        Result = result;
    }

    /// <summary>The command that failed.</summary>
    public Command Command { get; }

    /// <summary>What it left.</summary>
    public CommandResult Result { get; }

    private static ExitCode CodeOf(CommandResult result) =>
        result.Error.Contains("No space left on device", StringComparison.Ordinal) ? ExitCode.NoSpace : ExitCode.ToolFailed;

    private static string LastLines(CommandResult result)
    {
        var text = result.Error.Trim().Length > 0 ? result.Error : result.Output;
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "(it printed nothing)" : string.Join(" | ", lines.TakeLast(4));
    }
}
