// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Foundation.Processes;

/// <summary>A program to run, as an argument list. No shell ever sees it.</summary>
/// <param name="FileName">The program: a name looked up in PATH, or an absolute path.</param>
/// <param name="Arguments">The arguments, each passed as it is.</param>
public sealed record Command(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Makes a command from a program and its arguments.</summary>
    public static Command Of(string fileName, params IEnumerable<string> arguments) => new(fileName, [.. arguments]);

    /// <summary>Variables that are set in the environment of the program, beside those it inherits.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The working directory; the current one when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Bytes for standard input; empty when null (a program never waits for our terminal).</summary>
    public ReadOnlyMemory<byte>? StandardInput { get; init; }

    /// <summary>Called with each line of standard output and standard error as it comes, in the order of arrival.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>A file that standard output is streamed to, instead of being kept in memory.</summary>
    public string? StandardOutputFile { get; init; }

    /// <summary>Reads standard output as it comes, as bytes, instead of it being kept in memory. When it throws, the program is killed and the error goes on.</summary>
    public Func<Stream, Task>? OutputReader { get; init; }

    /// <summary>Whether a non-zero exit code is an answer and not an error.</summary>
    public bool AllowFailure { get; init; }

    /// <summary>Returns the command with one more variable in its environment.</summary>
    public Command With(string variable, string value) =>
        this with { Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [variable] = value } };

    /// <summary>The command as a line that a person can paste into a shell to run it again.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        foreach (var (name, value) in Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            line.Append(name).Append('=').Append(Quote(value)).Append(' ');
        }

        line.Append(Quote(FileName));
        foreach (var argument in Arguments)
        {
            line.Append(' ').Append(Quote(argument));
        }

        return line.ToString();
    }

    private static string Quote(string text)
    {
        var plain = text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,+@%".Contains(c));
        return plain ? text : "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}

/// <summary>What a finished program left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output (empty when that went to a file).</param>
/// <param name="Error">Its standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output that are not empty.</summary>
    public IEnumerable<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
