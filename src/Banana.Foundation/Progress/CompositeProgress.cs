// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Progress;

/// <summary>Tells several sinks: the terminal and the build log.</summary>
/// <param name="sinks">Who is told.</param>
public sealed class CompositeProgress(params IReadOnlyList<IProgressSink> sinks) : IProgressSink
{
    /// <inheritdoc/>
    public IProgressStep Begin(string name) => new Step([.. sinks.Select(sink => sink.Begin(name))]);

    /// <inheritdoc/>
    public void Log(string line)
    {
        foreach (var sink in sinks)
        {
            sink.Log(line);
        }
    }

    private sealed class Step(IReadOnlyList<IProgressStep> steps) : IProgressStep
    {
        public void Report(long done, long total, string unit)
        {
            foreach (var step in steps)
            {
                step.Report(done, total, unit);
            }
        }

        public void Complete(string result, bool cached = false)
        {
            foreach (var step in steps)
            {
                step.Complete(result, cached);
            }
        }

        public void Dispose()
        {
            foreach (var step in steps)
            {
                step.Dispose();
            }
        }
    }
}
