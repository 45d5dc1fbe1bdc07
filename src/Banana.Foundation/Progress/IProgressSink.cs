// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Progress;

/// <summary>Where long work tells what it is doing: a terminal, a log file, or both.</summary>
public interface IProgressSink
{
    /// <summary>Begins a step; it ends when it is completed or disposed. Steps may run side by side.</summary>
    IProgressStep Begin(string name);

    /// <summary>A line for the log: commands and their output. Not shown on a terminal.</summary>
    void Log(string line);
}

/// <summary>A step of long work.</summary>
public interface IProgressStep : IDisposable
{
    /// <summary>Says how far the step is.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="total">Units in all.</param>
    /// <param name="unit">The unit: "B" is shown as bytes, anything else as it is.</param>
    void Report(long done, long total, string unit);

    /// <summary>Ends the step well, with a short result ("154 packages, 61 MiB") or "cached".</summary>
    void Complete(string result, bool cached = false);
}

/// <summary>Says nothing.</summary>
public sealed class SilentProgress : IProgressSink, IProgressStep
{
    /// <summary>The one instance.</summary>
    public static SilentProgress Instance { get; } = new();

    /// <inheritdoc/>
    public IProgressStep Begin(string name) => this;

    /// <inheritdoc/>
    public void Log(string line)
    {
        // Nothing listens.
    }

    /// <inheritdoc/>
    public void Report(long done, long total, string unit)
    {
        // Nothing listens.
    }

    /// <inheritdoc/>
    public void Complete(string result, bool cached = false)
    {
        // Nothing listens.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
