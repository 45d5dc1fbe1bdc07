// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Build;
using Banana.Cli.Keys;
using Banana.Cli.Workbenches;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Cli.Try.Update;

/// <summary>
/// Builds what the edition becomes next, publishes both releases to a developer's own repository below <c>out/try</c>, and reads the
/// prices. Keys are kept, and so are releases and their patches as long as they are the same (<see cref="TrialRepository"/>).
/// </summary>
internal sealed class UpdateTrial(MakerEnvironment environment, IProgressSink progress)
{
    /// <summary>The edition whose lockfile has newer packages is the edition's name with this.</summary>
    public const string NextSuffix = "-next";

    /// <summary>The channel that everything is published to.</summary>
    public const string Channel = "testing";

    /// <summary>What makes a release that panics in its first second: there is no such program in its initrd.</summary>
    public static readonly IReadOnlyList<string> Broken = ["rdinit=/broken-on-purpose", "panic=1"];

    /// <summary>The level of compression of patches (zstd): by default a third of the time that a published one takes, for about a seventh more bytes.</summary>
    public int PatchLevel { get; init; } = 15;

    /// <summary>Whether patches are made; without them devices fetch chunks. A patch between images of gigabytes takes many minutes.</summary>
    public bool MakesPatches { get; init; } = true;

    /// <summary>From how many releases before it an update to a release is prepared.</summary>
    public int PatchesFrom { get; init; } = 1;

    /// <summary>The edition that the next release of an edition is built from: of newer packages where there are some, else the same once more, with another version.</summary>
    /// <param name="edition">The edition.</param>
    /// <param name="known">All editions.</param>
    public static string NextOf(string edition, IEnumerable<string> known) => known.Contains(edition + NextSuffix, StringComparer.Ordinal) ? edition + NextSuffix : edition;

    /// <summary>Whether the next release of an edition has newer packages.</summary>
    public bool HasNext(ReleaseDirectory current) => environment.Definition.Editions.ContainsKey(current.Manifest.Edition + NextSuffix);

    /// <summary>Builds the next release and publishes both.</summary>
    /// <param name="current">The release that was built.</param>
    /// <param name="folder">Where repositories and keys are.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<UpdateCosts> RunAsync(ReleaseDirectory current, string folder, CancellationToken cancellation)
    {
        var next = await BuildAsync(current, 1, words: null, folder, cancellation);
        var kept = TrialRepository.Kept(folder, [current, next]);
        await PublishAsync(current, kept, folder, cancellation);
        var report = await PublishAsync(next, kept, folder, cancellation);
        TrialRepository.Show(kept, folder);
        return UpdateCosts.Of(current.Manifest.Version, report.Delivery, ReleaseChanges.Between(null, current.ReadPackages(), next.ReadPackages()).Packages.Count);
    }

    /// <summary>Builds a release that comes after the current one.</summary>
    /// <param name="current">The current one.</param>
    /// <param name="after">Its number after the current one's.</param>
    /// <param name="words">More words of its kernel command line.</param>
    /// <param name="folder">Where releases are.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<ReleaseDirectory> BuildAsync(ReleaseDirectory current, int after, IReadOnlyList<string>? words, string folder, CancellationToken cancellation)
    {
        var edition = current.Manifest.Edition;
        var version = new ReleaseVersion(current.Manifest.Version.Day, current.Manifest.Version.Number + after);
        var built = await new Maker(environment, progress).BuildAsync(NextOf(edition, environment.Definition.Editions.Keys), version, Path.Combine(folder, "releases"), clean: false, cancellation, named: edition, words);
        return ReleaseDirectory.Open(built.Folder);
    }

    /// <summary>Publishes a release to the repository that devices see, which is made when it is not there.</summary>
    public Task<PublishReport> PublishAsync(ReleaseDirectory release, string folder, CancellationToken cancellation) =>
        PublishAsync(release, TrialRepository.Seen(folder), folder, cancellation);

    private async Task<PublishReport> PublishAsync(ReleaseDirectory release, string repository, string folder, CancellationToken cancellation)
    {
        using var keys = Keys(Path.Combine(folder, "keys"));
        using var store = ReleaseStores.Open(repository);
        var workbench = await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, cancellation);
        var options = new PublishOptions { Channel = Channel, Keys = keys.Keys, Libraries = MakesPatches ? ClusterLibraries.Of(workbench.Root) : null, PatchLevel = PatchLevel, PatchesFrom = PatchesFrom };
        return await TufErrors.ExplainAsync(store.Location, () => new Publisher(progress, TimeProvider.System).PublishAsync(release, store, () => Begin(keys), options, cancellation));
    }

    // One key for each role, as 'banana keys make' does it.
    private static KeyFolder Keys(string folder)
    {
        foreach (var role in RoleNames.TopLevel.Where(role => !File.Exists(Path.Combine(folder, role + ".pem"))))
        {
            KeyFolder.Make(folder, role, KeyKind.Ed25519, passphrase: null).Dispose();
        }

        return KeyFolder.Open([folder], passphraseFile: null);
    }

    private static TufRepository Begin(KeyFolder keys)
    {
        var byRole = RoleNames.TopLevel.Order(StringComparer.Ordinal).Zip(keys.Keys).ToDictionary(
            pair => pair.First, pair => ((IReadOnlyList<PublicKey>)[pair.Second.Public], 1), StringComparer.Ordinal);
        var repository = TufRepository.Create(byRole, TimeProvider.System);
        var request = keys.Keys.Where(key => byRole[RoleNames.Root].Item1[0].Id == key.Public.Id).Aggregate(repository.ProposeRoot(root => root), (unsigned, key) => unsigned.Sign(key));
        repository.Accept(request);
        return repository;
    }
}
