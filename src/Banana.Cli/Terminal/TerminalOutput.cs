// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Microsoft.Win32.SafeHandles;

namespace Banana.Cli.Terminal;

/// <summary>The one owner of the console: results go to standard output, everything for people to standard error.</summary>
internal static class TerminalOutput
{
#pragma warning disable RS0030 // This is the owner.
    private static readonly TextWriter Out = Console.Out;
    private static readonly TextWriter Err = Console.Error;
#pragma warning restore RS0030

    /// <summary>Serialises lines of steps that run side by side.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>Whether a person watches standard error.</summary>
    public static bool IsInteractive { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>Whether colours may be used (no-color.org).</summary>
    public static bool HasColor { get; } = IsInteractive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether a person types at standard input and sees standard output: a machine's console can be shown there.</summary>
    public static bool IsConsole { get; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    /// <summary>Standard output for bytes that are passed on as they are.</summary>
    public static Stream OpenOutput() => Console.OpenStandardOutput();

    /// <summary>Standard input, key by key when the terminal is raw. Not the stream of <see cref="Console"/>: on a terminal that one reads and echoes whole lines.</summary>
    public static Stream OpenInput() => new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    /// <summary>A line of the result, for people and programs to read.</summary>
    public static void Result(string line)
    {
        lock (Gate)
        {
            Out.WriteLine(line);
        }
    }

    /// <summary>A line that tells what happens.</summary>
    public static void Info(string line)
    {
        lock (Gate)
        {
            Err.WriteLine(line);
        }
    }

    /// <summary>An error.</summary>
    public static void Error(string line) => Info(Paint("banana: ", "1;31") + line);

    /// <summary>Text that stays on the line being written; used by the live progress line.</summary>
    public static void Raw(string text)
    {
        lock (Gate)
        {
            Err.Write(text);
            Err.Flush();
        }
    }

    /// <summary>Text in a colour (an SGR sequence), when colours may be used.</summary>
    public static string Paint(string text, string sgr) => HasColor ? $"\e[{sgr}m{text}\e[0m" : text;
}
