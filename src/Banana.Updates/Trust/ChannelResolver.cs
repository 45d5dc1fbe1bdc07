// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Channels;
using Banana.Releases.Stores;
using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Repository;
using Banana.Updates.Planning;

namespace Banana.Updates.Trust;

/// <summary>What a channel offers to a device.</summary>
/// <param name="Entry">The release, as the channel signed it; null: there is nothing newer.</param>
/// <param name="Manifest">Its manifest; null without a release.</param>
/// <param name="Delivery">Where it is; null without a release.</param>
/// <param name="Withdrawn">Why the installed release was withdrawn; null: it was not.</param>
public sealed record ChannelOffer(ChannelEntry? Entry, ReleaseManifest? Manifest, ReleaseDelivery? Delivery, string? Withdrawn)
{
    /// <summary>The manifest of the installed release, where the channel still names it: what its parts should be, without reading them.</summary>
    public ReleaseManifest? Installed { get; init; }
}

/// <summary>Finds the release that a device should have, by The Update Framework: nothing is offered that the channel's keys did not sign.</summary>
/// <param name="store">The repository.</param>
/// <param name="trusted">What this machine trusts; a root has to be there (<see cref="TufClient.Initialize"/>).</param>
/// <param name="clock">The clock, for expiry.</param>
/// <param name="options">Limits of the metadata.</param>
public sealed class ChannelResolver(IReleaseStore store, ITrustedStore trusted, TimeProvider clock, TufClientOptions? options = null)
{
    /// <summary>
    /// Finds the newest release of a channel that was not withdrawn, is newer than the installed one, and may be installed from it. A release
    /// whose <c>minimumVersion</c> is above the device's release index is left out, so that the newest one before it comes first: a step
    /// between. A device that does not know its index takes only releases without such a demand.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="installed">What the device has.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="accept">Which versions come into question; null: all.</param>
    /// <exception cref="BananaException">The metadata is expired or was refused (<see cref="ExitCode.Untrusted"/>), there is no such channel, or the release is for another architecture.</exception>
    public async Task<ChannelOffer> ResolveAsync(string channel, InstalledRelease installed, CancellationToken cancellation, Func<ReleaseVersion, bool>? accept = null)
    {
        ArgumentNullException.ThrowIfNull(installed);
        var all = await ListAsync(channel, installed.Edition, cancellation).ConfigureAwait(false);
        var withdrawn = all.FirstOrDefault(entry => entry.Version == installed.Version)?.Withdrawn;
        foreach (var entry in all.Where(entry => entry.Withdrawn is null && entry.Version > installed.Version && accept?.Invoke(entry.Version) != false).Reverse())
        {
            var manifest = await RepositoryReading.ManifestAsync(store, entry, cancellation).ConfigureAwait(false);
            if (manifest.Architecture != installed.Architecture)
            {
                throw new BananaException(ExitCode.BadInput, $"{manifest.Edition} {manifest.Version} is for {manifest.Architecture}, and this device is {installed.Architecture}", store.Location, "choose a channel for this device");
            }

            if (manifest.MinimumVersion == 0 || manifest.MinimumVersion <= installed.Index)
            {
                return new(entry, manifest, await RepositoryReading.DeliveryAsync(store, entry, cancellation).ConfigureAwait(false), withdrawn) { Installed = await InstalledAsync(all, installed, cancellation).ConfigureAwait(false) };
            }
        }

        return new(null, null, null, withdrawn);
    }

    /// <summary>All releases that a channel names, the oldest first, with those that were withdrawn.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="edition">The edition.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">As for <see cref="ResolveAsync"/>.</exception>
    public async Task<IReadOnlyList<ChannelEntry>> ListAsync(string channel, string edition, CancellationToken cancellation)
    {
        var role = ChannelRole.Name(channel, edition);
        try
        {
            var client = new TufClient(new StoreTransport(store), trusted, clock, options);
            var all = ChannelEntry.All(await client.LoadRoleAsync(role, cancellation).ConfigureAwait(false), role);
            return all.FirstOrDefault(entry => entry.Edition != edition) is { } other
                ? throw new BananaException(ExitCode.Untrusted, $"the channel '{role}' names a release of '{other.Edition}', which is not its own", store.Location, "tell who runs this repository")
                : all;
        }
        catch (TufException error)
        {
            throw Explain(error, role);
        }
    }

    private async Task<ReleaseManifest?> InstalledAsync(IReadOnlyList<ChannelEntry> all, InstalledRelease installed, CancellationToken cancellation)
    {
        try
        {
            return all.FirstOrDefault(entry => entry.Version == installed.Version) is { } own ? await RepositoryReading.ManifestAsync(store, own, cancellation).ConfigureAwait(false) : null;
        }
        catch (BananaException)
        {
            return null; // An update is possible without, and costs the reading of what is installed.
        }
    }

    private BananaException Explain(TufException error, string role) => error.Failure switch
    {
        TufFailure.Expired => new(ExitCode.Untrusted, $"the repository's metadata is expired: {error.Message}", store.Location, "check this machine's clock; if it is right, who runs the repository has to sign again ('banana renew')", error),
        TufFailure.UnknownTarget => new(ExitCode.BadInput, $"there is no channel '{role}' in this repository", store.Location, "check the names of the channel and the edition", error),
        TufFailure.Unreachable or TufFailure.NotFound or TufFailure.TooSlow => new(ExitCode.Unreachable, error.Message, store.Location, "check the network and the address, then run the same command again", error),
        TufFailure.LocalState => new(ExitCode.BadInput, error.Message, next: "install the trusted root of the system again", inner: error),
        _ => new(ExitCode.Untrusted, $"the repository's metadata was refused: {error.Message}", store.Location, "try again later, or use another mirror", error),
    };
}
