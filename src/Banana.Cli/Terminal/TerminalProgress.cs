// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using Banana.Foundation.Progress;

namespace Banana.Cli.Terminal;

/// <summary>Shows the steps of long work: a live line on a terminal, one plain line for each finished step in a log.</summary>
internal sealed class TerminalProgress : IProgressSink
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly bool verbose;
    private readonly List<Step> running = [];
    private string shown = string.Empty;

    /// <summary>Makes the sink.</summary>
    /// <param name="verbose">Whether the commands that run are shown too.</param>
    public TerminalProgress(bool verbose)
    {
        this.verbose = verbose;
        if (TerminalOutput.IsInteractive)
        {
            // The seconds go on while a step has nothing to report, so that people see that it lives.
            _ = TickAsync();
        }
    }

    /// <inheritdoc/>
    public IProgressStep Begin(string name)
    {
        var step = new Step(this, name);
        lock (TerminalOutput.Gate)
        {
            running.Add(step);
            Redraw();
        }

        return step;
    }

    /// <inheritdoc/>
    public void Log(string line)
    {
        if (verbose)
        {
            Say(TerminalOutput.Paint("  " + line, "2"));
        }
    }

    /// <summary>Shows a line (or several) for good, above the live line.</summary>
    public void Say(string line)
    {
        lock (TerminalOutput.Gate)
        {
            Clear();
            TerminalOutput.Info(line);
            Redraw();
        }
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        while (await timer.WaitForNextTickAsync())
        {
            lock (TerminalOutput.Gate)
            {
                if (running.Count > 0)
                {
                    Redraw();
                }
            }
        }
    }

    private void Clear()
    {
        if (shown.Length > 0)
        {
            TerminalOutput.Raw("\r\e[K");
            shown = string.Empty;
        }
    }

    private void Redraw()
    {
        if (!TerminalOutput.IsInteractive)
        {
            return;
        }

        var line = string.Join("   ", running.Select(step => step.Line));
        var width = Math.Max(20, Width() - 1);
        line = line.Length > width ? line[..width] : line;
        if (line != shown)
        {
            TerminalOutput.Raw("\r\e[K" + line);
            shown = line;
        }
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    private sealed class Step(TerminalProgress owner, string name) : IProgressStep
    {
        private readonly Stopwatch clock = Stopwatch.StartNew();
        private string detail = string.Empty;
        private long lastDrawn;
        private bool ended;

        public string Line => $"{name} {clock.Elapsed.TotalSeconds:0} s {detail}".TrimEnd();

        public void Report(long done, long total, string unit)
        {
            detail = unit == "B" ? $"{ByteSize.Format(done)} of {ByteSize.Format(total)}" : $"{done}/{total} {unit}";
            if (clock.ElapsedMilliseconds - Interlocked.Read(ref lastDrawn) >= 100)
            {
                Interlocked.Exchange(ref lastDrawn, clock.ElapsedMilliseconds);
                lock (TerminalOutput.Gate)
                {
                    owner.Redraw();
                }
            }
        }

        public void Complete(string result, bool cached = false) => End(cached ? "cached" : $"{clock.Elapsed.TotalSeconds,5:0.0} s", result);

        public void Dispose()
        {
            if (!ended)
            {
                End("stopped", string.Empty);
            }
        }

        private void End(string time, string result)
        {
            lock (TerminalOutput.Gate)
            {
                ended = true;
                owner.running.Remove(this);
                owner.Say($"  {name,-24} {time,8}  {result}".TrimEnd());
            }
        }
    }
}
