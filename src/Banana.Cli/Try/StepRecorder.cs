// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Progress;

namespace Banana.Cli.Try;

/// <summary>A finished step of a build.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Start">When it began, since the recorder was made.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Result">What came of it ("154 packages, 61 MiB").</param>
/// <param name="Cached">Whether it was taken from the cache.</param>
internal sealed record StepRecord(string Name, TimeSpan Start, TimeSpan Duration, string Result, bool Cached);

/// <summary>Remembers the steps of long work with their times, for the report. Steps that were stopped are not among them.</summary>
internal sealed class StepRecorder : IProgressSink
{
    private readonly long began = Stopwatch.GetTimestamp();
    private readonly Lock gate = new();
    private readonly List<StepRecord> finished = [];

    /// <summary>The finished steps, in the order of their beginning.</summary>
    public IReadOnlyList<StepRecord> Steps
    {
        get
        {
            lock (gate)
            {
                return [.. finished.OrderBy(step => step.Start)];
            }
        }
    }

    /// <inheritdoc/>
    public IProgressStep Begin(string name) => new Step(this, name);

    /// <inheritdoc/>
    public void Log(string line)
    {
        // The report has the steps, the build log the rest.
    }

    private sealed class Step(StepRecorder owner, string name) : IProgressStep
    {
        private readonly TimeSpan start = Stopwatch.GetElapsedTime(owner.began);

        public void Report(long done, long total, string unit)
        {
            // How far a finished step once was is of no interest.
        }

        public void Complete(string result, bool cached = false)
        {
            lock (owner.gate)
            {
                owner.finished.Add(new StepRecord(name, start, Stopwatch.GetElapsedTime(owner.began) - start, result, cached));
            }
        }

        public void Dispose()
        {
            // Only completed steps count.
        }
    }
}
