// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Progress;

namespace Banana.Daemon.Service;

/// <summary>How far a job is, put together from the steps of the work below it.</summary>
/// <param name="clock">The clock.</param>
internal sealed class JobProgress(TimeProvider clock) : IProgressSink
{
    // The rate of the last seconds, and not of the whole job: a network changes.
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(5);
    private readonly Lock turn = new();
    private readonly Queue<(long At, long Fetched)> recent = [];
    private readonly long start = clock.GetTimestamp();
    private long fetched;

    /// <summary>The step that it is in, as text for a person.</summary>
    public string Step { get; private set; } = "look what is offered";

    /// <summary>What the step has done, in <see cref="Unit"/>.</summary>
    public long Done { get; private set; }

    /// <summary>What the step has to do.</summary>
    public long Total { get; private set; }

    /// <summary>"B" for bytes.</summary>
    public string Unit { get; private set; } = string.Empty;

    /// <summary>Bytes that came over the network.</summary>
    public long Fetched => Interlocked.Read(ref fetched);

    /// <summary>Bytes that will have come in the end, as planned.</summary>
    public long ToFetch { get; set; }

    /// <summary>Bytes a second over the last seconds.</summary>
    public long Rate
    {
        get
        {
            lock (turn)
            {
                var now = clock.GetTimestamp();
                recent.Enqueue((now, Fetched));
                while (recent.Count > 1 && clock.GetElapsedTime(recent.Peek().At, now) > RateWindow)
                {
                    recent.Dequeue();
                }

                var (at, before) = recent.Count > 1 ? recent.Peek() : (start, 0);
                var seconds = clock.GetElapsedTime(at, now).TotalSeconds;
                return seconds < 0.1 ? 0 : (long)((Fetched - before) / seconds);
            }
        }
    }

    /// <summary>Seconds until everything is fetched at this rate; 0: not known, or nothing is left.</summary>
    public uint SecondsLeft => Rate is > 0 and var rate && ToFetch > Fetched ? (uint)Math.Min(uint.MaxValue, ((ToFetch - Fetched) / rate) + 1) : 0;

    /// <summary>Counts bytes that came.</summary>
    public void OnFetched(long bytes) => Interlocked.Add(ref fetched, bytes);

    /// <inheritdoc/>
    public IProgressStep Begin(string name)
    {
        lock (turn)
        {
            (Step, Done, Total, Unit) = (name, 0, 0, string.Empty);
        }

        return new Running(this, name);
    }

    /// <inheritdoc/>
    public void Log(string line) => Journal.Write(line);

    private sealed class Running(JobProgress job, string name) : IProgressStep
    {
        public void Report(long done, long total, string unit)
        {
            lock (job.turn)
            {
                (job.Step, job.Done, job.Total, job.Unit) = (name, done, total, unit);
            }
        }

        public void Complete(string result, bool cached = false) => job.Log($"{name}: {result}");

        public void Dispose()
        {
            // The next step takes its place.
        }
    }
}
