// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Terminal;
using Banana.Foundation.Progress;

namespace Banana.Cli.Testing;

/// <summary>Counts the tests of one tier while they run, and tells people about them.</summary>
/// <param name="tier">The tier.</param>
/// <param name="step">The tier's step.</param>
/// <param name="say">Prints a line for people.</param>
internal sealed class TestTally(TestTier tier, IProgressStep step, Action<string> say)
{
    // In a log without a live line, a long test is a long silence.
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly List<string> output = [];
    private int expected;
    private string running = string.Empty;

    /// <summary>Tests that ended well.</summary>
    public int Passed { get; private set; }

    /// <summary>Tests that ended badly.</summary>
    public int Failed { get; private set; }

    /// <summary>Tests that were not run, with the reason.</summary>
    public List<(string Name, string Reason)> Skipped { get; } = [];

    /// <summary>Whether the program said that it ran everything.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes a line of the program's output.</summary>
    public void Take(string line)
    {
        if (TestEvent.Parse(line) is { } found)
        {
            Take(found);
        }
        else if (!line.StartsWith("{\"$type\":", StringComparison.Ordinal))
        {
            output.Add(line.Length > 300 ? line[..300] + "…" : line);
        }
    }

    /// <summary>Counts a program that died, with the test that it died in and what it said.</summary>
    public void Died(int exitCode, string command)
    {
        Failed++;
        var where = running.Length > 0 ? $"while '{running}' ran" : "before it was done";
        var said = output.Count > 24 ? [.. output.Take(12), "…", .. output.TakeLast(12)] : output;
        say(FailureText.Format(tier.Name, tier.Project, TimeSpan.Zero, $"the test program ended with exit code {exitCode} {where}; to replay: {command}\n{string.Join('\n', said)}", string.Empty));
    }

    private void Take(TestEvent found)
    {
        switch (found.Outcome)
        {
            case TestOutcome.Discovered:
                expected = found.Count;
                break;
            case TestOutcome.Started:
                names[found.Id] = running = found.Name;
                break;
            case TestOutcome.Passed:
                Passed++;
                if (found.Time >= WorthTelling)
                {
                    say($"  {TerminalOutput.Paint("passed", "32")} {NameOf(found)} ({found.Time.TotalSeconds:0} s)");
                }

                break;
            case TestOutcome.Failed:
                Failed++;
                say(FailureText.Format(tier.Name, NameOf(found), found.Time, found.Message, found.StackTrace));
                break;
            case TestOutcome.Skipped:
                Skipped.Add((NameOf(found), found.Message));
                break;
            default:
                IsComplete = true;
                break;
        }

        if (found.Outcome != TestOutcome.Started)
        {
            running = string.Empty;
        }

        var done = Passed + Failed + Skipped.Count;
        step.Report(done, Math.Max(expected, done), found.Outcome == TestOutcome.Started ? $"tests · {Short(found.Name)}" : "tests");
    }

    private string NameOf(TestEvent found) => found.Name.Length > 0 ? found.Name : names.GetValueOrDefault(found.Id, found.Id);

    private static string Short(string name)
    {
        var arguments = name.IndexOf('(', StringComparison.Ordinal);
        var method = arguments < 0 ? name : name[..arguments];
        return method[(method.LastIndexOf('.') + 1)..];
    }
}
