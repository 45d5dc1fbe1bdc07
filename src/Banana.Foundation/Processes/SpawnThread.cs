// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections.Concurrent;

namespace Banana.Foundation.Processes;

/// <summary>
/// One thread that lives as long as the program and starts all child processes.
/// Why: <c>PR_SET_PDEATHSIG</c> (bubblewrap's <c>--die-with-parent</c>) fires when the <i>thread</i> that forked ends,
/// and thread-pool threads end whenever the pool shrinks, which would kill healthy children (prctl(2), "Warning").
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Work = StartThread();

    /// <summary>Runs a function on the thread and returns what it returns.</summary>
    public static Task<T> RunAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> StartThread()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "spawn" }.Start();
        return work;
    }
}
