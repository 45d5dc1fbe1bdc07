// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Progress;

namespace Banana.Tests.Integration.Tools;

/// <summary>Presses Ctrl-C shortly after a step has begun, while it works.</summary>
internal sealed class CancelAtStep(string step, CancellationTokenSource cancel) : IProgressSink
{
    /// <summary>Whether the step was reached.</summary>
    public bool Reached { get; private set; }

    public IProgressStep Begin(string name)
    {
        if (name == step)
        {
            Reached = true;
            cancel.CancelAfter(TimeSpan.FromMilliseconds(5));
            return new Waiting(cancel.Token);
        }

        return SilentProgress.Instance;
    }

    public void Log(string line)
    {
    }

    /// <summary>A step that is quicker than the key press waits for it, so that it is cancelled in any case.</summary>
    private sealed class Waiting(CancellationToken cancellation) : IProgressStep
    {
        public void Report(long done, long total, string unit)
        {
        }

        public void Complete(string result, bool cached = false)
        {
            cancellation.WaitHandle.WaitOne();
            cancellation.ThrowIfCancellationRequested();
        }

        public void Dispose()
        {
        }
    }
}
