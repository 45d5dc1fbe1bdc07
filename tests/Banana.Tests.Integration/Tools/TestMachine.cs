// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Cli.Setup;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Tests.Integration.Tools;

/// <summary>The checkout and the cache of this machine, which the tests share with the user's own builds.</summary>
internal static class TestMachine
{
    /// <summary>The checkout.</summary>
    public static string Home { get; } = Checkout.Find().Root;

    /// <summary>The cache.</summary>
    public static string Cache { get; } = Checkout.Find().ReadLocalConfiguration().Cache;

    /// <summary>The pool of the cache.</summary>
    public static PackagePool Pool { get; } = new(Path.Combine(Cache, "pool"));

    /// <summary>What a base needs.</summary>
    /// <param name="tools">The workbench; null for the host's tools.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="scratch">The folder for indexes; the cache's when null.</param>
    /// <param name="progress">Is told what happens.</param>
    public static BaseContext Context(Sandbox? tools, PackagePool pool, string? scratch = null, IProgressSink? progress = null) =>
        new(tools, new ProcessRunner(), new Downloader(new DownloadOptions { Retries = 1, FirstDelay = TimeSpan.FromMilliseconds(20), StallTimeout = TimeSpan.FromSeconds(20) }), pool, progress ?? SilentProgress.Instance)
        {
            Scratch = scratch ?? Path.Combine(Cache, "scratch"),
        };
}
