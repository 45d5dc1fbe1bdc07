// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.RegularExpressions;
using Banana.Cli.Terminal;

namespace Banana.Cli.Testing;

/// <summary>A failed test as people read it: what, why, and where in our own files.</summary>
internal static partial class FailureText
{
    /// <summary>Makes the text.</summary>
    /// <param name="tier">The tier.</param>
    /// <param name="name">The test.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="message">The exception's message.</param>
    /// <param name="stackTrace">The exception's stack trace.</param>
    public static string Format(string tier, string name, TimeSpan time, string message, string stackTrace)
    {
        var text = new StringBuilder($"{TerminalOutput.Paint("FAILED", "1;31")} {tier}: {name} ({time.TotalSeconds:0.0} s)");
        foreach (var line in message.ReplaceLineEndings("\n").Split('\n').Concat(Frames(stackTrace)))
        {
            text.Append("\n    ").Append(line);
        }

        return text.ToString();
    }

    /// <summary>The frames in our files ("at X in src/Y.cs:12"), or all when none is.</summary>
    private static IEnumerable<string> Frames(string stackTrace)
    {
        var frames = stackTrace.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var ours = frames.Select(frame => OurFrame().Match(frame)).Where(match => match.Success).ToList();

        // The build maps the checkout to /banana/ (Directory.Build.props), so that no build path is in any byte.
        return ours.Count == 0 ? frames.Take(12) : ours.Select(match => $"{match.Groups["what"].Value} in {match.Groups["file"].Value}:{match.Groups["line"].Value}");
    }

    [GeneratedRegex(@"^(?<what>at .*) in /banana/(?<file>[^:]+):line (?<line>\d+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex OurFrame();
}
