// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Tools;

/// <summary>The checkout and the cache of this machine, which the tests share with the user's own builds.</summary>
internal static class TestMachine
{
    /// <summary>The checkout.</summary>
    public static string Home { get; } = Environment.GetEnvironmentVariable("BANANA_HOME") is { Length: > 0 } home ? home : FindHome();

    /// <summary>The cache.</summary>
    public static string Cache { get; } = Environment.GetEnvironmentVariable("BANANA_CACHE") is { Length: > 0 } cache
        ? cache
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "banana");

    /// <summary>The pool of the cache.</summary>
    public static PackagePool Pool { get; } = new(Path.Combine(Cache, "pool"));

    private static readonly Lazy<Task<Workbenches.Workbench>> Tools = new(() =>
        Workbenches.Workbench.EnsureAsync(WorkbenchRecipe.Load(Path.Combine(Home, "os/workbench"), "tools"), Context(null, Pool), new ArtifactCache(Path.Combine(Cache, "artifacts")), CancellationToken.None));

    /// <summary>The workbench with the tools; made from its lockfile when it is not there.</summary>
    public static Task<Workbenches.Workbench> ToolsAsync() => Tools.Value;

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

    private static string FindHome()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Banana.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("run the tests from a checkout, or set BANANA_HOME");
        }

        return folder.TrimEnd('/');
    }
}
