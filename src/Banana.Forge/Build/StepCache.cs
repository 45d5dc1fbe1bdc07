// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Forge.Build;

/// <summary>Runs the steps of a build: each is known by the hash of its inputs, and made only when no build has made it before.</summary>
/// <param name="cache">Keeps what the steps made.</param>
/// <param name="progress">Is told of every step.</param>
/// <param name="clean">Whether what is in the cache is made anew all the same.</param>
public sealed class StepCache(ArtifactCache cache, IProgressSink progress, bool clean)
{
    private readonly List<BuildStepReport> reports = [];
    private readonly Lock gate = new();

    /// <summary>The steps so far, in the order in which they ended.</summary>
    public IReadOnlyList<BuildStepReport> Reports
    {
        get
        {
            lock (gate)
            {
                return [.. reports];
            }
        }
    }

    /// <summary>Runs a step, or takes what it made before.</summary>
    /// <param name="name">The name that people see.</param>
    /// <param name="inputs">Everything that the result depends on.</param>
    /// <param name="make">Fills an empty folder; returns what came of it in a few words.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<Step> RunAsync(string name, IReadOnlyDictionary<string, string> inputs, Func<string, Task<string>> make, CancellationToken cancellation)
    {
        using var hash = new InputHash();
        foreach (var (input, value) in inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            hash.Add(input, value);
        }

        var key = $"{name.Replace(' ', '-')}-{hash.Digest()[..32]}";
        var clock = Stopwatch.StartNew();
        using var step = progress.Begin(name);
        progress.Log($"step {name}: key {key}");
        var summaryFile = "summary";
        if (clean)
        {
            cache.Remove(key);
        }

        var (path, hit) = await cache.GetAsync(
            key,
            async folder => await File.WriteAllTextAsync(Path.Combine(folder, summaryFile), await make(folder), cancellation),
            () => progress.Log($"step {name}: another run is making it, waiting"),
            cancellation);
        var summary = await File.ReadAllTextAsync(Path.Combine(path, summaryFile), cancellation);
        step.Complete(summary, hit);
        lock (gate)
        {
            reports.Add(new BuildStepReport(name, clock.Elapsed.TotalSeconds, hit, summary));
        }

        return new Step(key, path);
    }
}

/// <summary>A step that was run.</summary>
/// <param name="Key">Its name and the hash of its inputs; stands for its result in the inputs of later steps.</param>
/// <param name="Folder">The folder with its result; not to be changed.</param>
public sealed record Step(string Key, string Folder)
{
    /// <summary>The path of a file of the result.</summary>
    public string File(string name) => Path.Combine(Folder, name);
}
