// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;

namespace Banana.Foundation.Progress;

/// <summary>Keeps all that long work tells, with the time since its start, in a file: what a person reads when something went wrong.</summary>
public sealed class LogFile : IProgressSink, IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private readonly StreamWriter writer;

    /// <summary>Begins the file anew.</summary>
    public LogFile(string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        writer = new StreamWriter(path, append: false) { AutoFlush = true };
        Path = path;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public IProgressStep Begin(string name)
    {
        Log($"begin {name}");
        return new Step(this, name);
    }

    /// <inheritdoc/>
    public void Log(string line)
    {
        lock (gate)
        {
            writer.WriteLine($"{clock.Elapsed.TotalSeconds,8:0.000} {line}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private sealed class Step(LogFile log, string name) : IProgressStep
    {
        private bool ended;

        public void Report(long done, long total, string unit)
        {
            // A log holds what happened, not how far it was meanwhile.
        }

        public void Complete(string result, bool cached = false)
        {
            ended = true;
            log.Log($"end {name}: {result}{(cached ? " (cached)" : string.Empty)}");
        }

        public void Dispose()
        {
            if (!ended)
            {
                log.Log($"stopped {name}");
            }
        }
    }
}
