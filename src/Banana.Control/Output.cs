// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Control;

/// <summary>Where a command writes: results, and what it is doing meanwhile.</summary>
/// <param name="result">Results.</param>
/// <param name="told">Errors and progress.</param>
/// <param name="isTerminal">Whether a line may be written over.</param>
public sealed class Output(TextWriter result, TextWriter told, bool isTerminal)
{
    private bool isOpen;

#pragma warning disable RS0030 // the one place
    /// <summary>The console.</summary>
    public static Output OfConsole() => new(Console.Out, Console.Error, !Console.IsErrorRedirected);
#pragma warning restore RS0030

    /// <summary>A line of the result.</summary>
    public void Result(string line)
    {
        End();
        result.WriteLine(line);
    }

    /// <summary>An error: one line.</summary>
    public void Error(string line)
    {
        End();
        told.WriteLine($"bananactl: {line}");
    }

    /// <summary>What is being done: one line that the next one replaces; nothing where that is not possible.</summary>
    public void Progress(string line)
    {
        if (isTerminal)
        {
            told.Write($"\r\u001b[K{line}");
            told.Flush();
            isOpen = true;
        }
    }

    private void End()
    {
        if (isOpen)
        {
            told.Write("\r\u001b[K");
            isOpen = false;
        }
    }
}
