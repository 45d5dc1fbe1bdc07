// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Terminal;
using Banana.Cli.Try.Update;
using Banana.Cli.Workbenches;
using Banana.Formats.Release;
using Banana.Qa.Staging;

namespace Banana.Cli.Qa;

/// <summary>
/// The releases that come after the one under test, in a repository that the machine reaches (<see cref="UpdateTrial"/>). They are kept below
/// <c>out/qa/updates</c>: what is the same comes from the cache, and is not uploaded again.
/// </summary>
internal sealed class LaterReleases : IAsyncDisposable
{
    // What runs before the broken release is either of the two before it, as somebody went back or not.
    private const int Before = 2;
    private readonly ServedRepository repository;

    private LaterReleases(ServedRepository repository, UpdateSource source)
    {
        this.repository = repository;
        Source = source;
    }

    /// <summary>What the machine is told of it.</summary>
    public UpdateSource Source { get; }

    /// <summary>Builds, publishes and serves them.</summary>
    /// <param name="environment">The maker's machine.</param>
    /// <param name="release">The release under test.</param>
    /// <param name="isBroken">Whether a broken one is built as well; it is published when a scenario asks for it.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static async Task<LaterReleases> MakeAsync(MakerEnvironment environment, ReleaseDirectory release, bool isBroken, CancellationToken cancellation)
    {
        var folder = Path.Combine(environment.Checkout.Out, "qa", "updates", release.Manifest.Edition);
        var trial = new UpdateTrial(environment, environment.Progress) { MakesPatches = false, PatchesFrom = Before };
        TerminalOutput.Info($"the release after {release.Manifest.Version}; both are published:");
        var costs = await trial.RunAsync(release, folder, cancellation);
        ReleaseDirectory? broken = null;
        if (isBroken)
        {
            TerminalOutput.Info("a release after it whose desktop does not come up, on purpose; it is published when a scenario comes to it:");
            broken = await trial.BuildAsync(release, 2, BrokenDesktop.Words, folder, cancellation);
        }

        var served = await ServedRepository.StartAsync(folder, cancellation);
        var source = new UpdateSource
        {
            Settings = served.Settings,
            TrustedRoot = served.TrustedRoot,
            First = costs.From,
            Next = costs.To,
            PublishBrokenAsync = async stop =>
            {
                var published = broken ?? throw new InvalidOperationException("no broken release was built");
                await trial.PublishAsync(published, folder, stop);
                return published.Manifest.Version;
            },
        };
        return new(served, source);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => repository.DisposeAsync();
}
