// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.History;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Slots;
using Banana.Device.Transaction;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Channels;
using Banana.Releases.Stores;
using Banana.Tuf.Client;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;
using Banana.Updates.Trust;

namespace Banana.Device.Updating;

/// <summary>
/// Keeps a device up to date: finds what it should have, and installs it beside what runs. This is where an update is on one page; each
/// step has its own class. One at a time: the caller sees to that.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="system">What runs.</param>
/// <param name="history">The device's record.</param>
/// <param name="files">Its settings.</param>
/// <param name="clock">The clock.</param>
public sealed class DeviceUpdater(Machine machine, RunningSystem system, DeviceHistory history, SettingsFiles files, TimeProvider clock)
{
    /// <summary>Opens repositories; a test may put its own in between.</summary>
    public Func<string, IReleaseStore> OpenStore { get; init; } = address => ReleaseStores.Open(address);

    /// <summary>Looks what is offered. Nothing is written but the record of it.</summary>
    /// <param name="wanted">This version and no other; null: the newest that is offered.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">No repository is set, it cannot be reached, or what it says is not to be believed.</exception>
    public async Task<UpdateCheck> CheckAsync(ReleaseVersion? wanted, CancellationToken cancellation)
    {
        using var parts = new RunningParts(machine, system);
        return await NotedAsync(() => LookAsync(parts, wanted, cancellation)).ConfigureAwait(false);
    }

    /// <summary>All releases that the channel names, the oldest first.</summary>
    /// <exception cref="BananaException">As for <see cref="CheckAsync"/>.</exception>
    public async Task<IReadOnlyList<ChannelEntry>> ListAsync(CancellationToken cancellation)
    {
        var (store, channel) = Open(files.Read());
        using (store)
        {
            return await Resolver(store).ListAsync(channel, system.Edition, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The manifest of a release that the channel names; null: it names none of this version.</summary>
    /// <exception cref="BananaException">As for <see cref="CheckAsync"/>.</exception>
    public async Task<ReleaseManifest?> FindAsync(ReleaseVersion version, CancellationToken cancellation)
    {
        var (store, channel) = Open(files.Read());
        using (store)
        {
            var entry = (await Resolver(store).ListAsync(channel, system.Edition, cancellation).ConfigureAwait(false)).FirstOrDefault(entry => entry.Version == version);
            return entry is null ? null : await RepositoryReading.ManifestAsync(store, entry, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Installs what is offered beside what runs, or only fetches it.</summary>
    /// <param name="wish">What is wanted.</param>
    /// <param name="progress">Who is told.</param>
    /// <param name="cancellation">Stops the work; what was fetched stays, and the next call goes on.</param>
    /// <exception cref="BananaException">As for <see cref="CheckAsync"/> and <see cref="UpdateTransaction.InstallAsync"/>; what ran before still boots.</exception>
    public async Task<UpdateOutcome> UpdateAsync(UpdateWish wish, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wish);
        using var parts = new RunningParts(machine, system);
        var check = await NotedAsync(() => LookAsync(parts, wish.Version, cancellation)).ConfigureAwait(false);
        var settings = files.Read();
        if (check.Offer is not { IsInstalled: false } offer || (wish.IsBackground && settings.Automatic == AutomaticUpdates.Check))
        {
            return new(check, null, 0);
        }

        wish.OnPlanned?.Invoke(offer.Plan);
        var (store, _) = Open(settings);
        using (store)
        {
            var rate = wish.IsBackground && settings.BytesPerSecond is > 0 ? settings.BytesPerSecond : null;
            long fetched = 0;
            var options = new FetchOptions
            {
                RateLimit = rate,
                OnFetched = bytes =>
                {
                    Interlocked.Add(ref fetched, bytes);
                    wish.OnFetched?.Invoke(bytes);
                },
            };
            var transaction = new UpdateTransaction(machine, store, options, progress);
            try
            {
                if (wish.DownloadOnly)
                {
                    await transaction.DownloadAsync(offer.Plan, cancellation).ConfigureAwait(false);
                    return new(check, null, Interlocked.Read(ref fetched));
                }

                var installed = await transaction.InstallAsync(offer.Plan, cancellation).ConfigureAwait(false);
                RunningParts.Note(machine.State, offer.Manifest);
                history.Add(new() { Time = clock.GetUtcNow(), Kind = DeviceEventKind.Installed, Version = offer.Manifest.Version, Bytes = Interlocked.Read(ref fetched) });
                return new(check, installed, Interlocked.Read(ref fetched));
            }
            catch (BananaException error)
            {
                history.Add(new() { Time = clock.GetUtcNow(), Kind = DeviceEventKind.UpdateFailed, Version = offer.Manifest.Version, Reason = error.Message, Bytes = Interlocked.Read(ref fetched) });
                throw;
            }
        }
    }

    /// <summary>The packages of a release that is offered; what it brings comes from a comparison with those that run.</summary>
    /// <param name="offer">The release.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Null: the release has no list.</returns>
    public async Task<PackageList?> PackagesAsync(UpdateOffer offer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (offer.Manifest.Find(PartRole.Packages) is not { } part || offer.Plan.Delivery.Find(PartRole.Packages) is not { } delivered)
        {
            return null;
        }

        var (store, _) = Open(files.Read());
        using (store)
        {
            return PackageList.Parse(await RepositoryReading.BytesAsync(store, delivered.Object.Key, part.Size, part.Sha256, cancellation).ConfigureAwait(false), delivered.Object.Key);
        }
    }

    private async Task<UpdateCheck> LookAsync(RunningParts parts, ReleaseVersion? wanted, CancellationToken cancellation)
    {
        var (store, channel) = Open(files.Read());
        using (store)
        {
            var refused = history.Read().Refused;
            var resolver = Resolver(store);
            var found = await resolver.ResolveAsync(channel, parts.Describe(), cancellation, version => wanted is { } only ? version == only : !refused.Any(release => release.Version == version)).ConfigureAwait(false);
            var passedOver = refused.Where(release => release.Version > system.Version).ToList();
            if (found.Manifest is not { } manifest)
            {
                return wanted is { } missing
                    ? throw await WhyNotAsync(resolver, store, channel, missing, cancellation).ConfigureAwait(false)
                    : new(null, found.Withdrawn, passedOver);
            }

            if (manifest.Id != system.Id)
            {
                throw new BananaException(ExitCode.BadInput, $"this repository is for '{manifest.Id}', and this device runs '{system.Id}'", store.Location, "set the repository of this system");
            }

            history.Change(record => record with { TimeFloor = Later(record.TimeFloor, DateTimeOffset.FromUnixTimeSeconds(manifest.SourceDateEpoch)) });
            var plan = await new UpdatePlanner(store).PlanAsync(manifest, found.Delivery!, parts.Find(found.Installed, cancellation), roles: null, cancellation).ConfigureAwait(false);
            return new(new(plan, IsInstalled(manifest)), found.Withdrawn, passedOver);
        }
    }

    // What the names on the disk say; before an update relies on it, every byte is read.
    private bool IsInstalled(ReleaseManifest manifest) =>
        DiskLayout.Read(machine.Disk, machine.Id).Slots.Any(slot => slot.Version == manifest.Version && slot.RootHash == manifest.RootHash)
        && machine.Entries().Any(entry => entry.Version == manifest.Version && !entry.IsBad);

    private async Task<BananaException> WhyNotAsync(ChannelResolver resolver, IReleaseStore store, string channel, ReleaseVersion wanted, CancellationToken cancellation)
    {
        var all = await resolver.ListAsync(channel, system.Edition, cancellation).ConfigureAwait(false);
        var entry = all.FirstOrDefault(entry => entry.Version == wanted);
        return entry switch
        {
            _ when wanted == system.Version => new(ExitCode.BadInput, $"{wanted} is what runs", next: "see 'bananactl status'"),
            null => new(ExitCode.BadInput, $"the channel '{channel}' has no {system.Edition} {wanted}", store.Location, ChannelEntry.Newest(all) is { } newest ? $"its newest release is {newest.Version}" : "it has no release"),
            { Withdrawn: { } reason } => new(ExitCode.BadInput, $"{wanted} was withdrawn: {reason}", store.Location, "choose another version"),
            _ when wanted < system.Version => new(ExitCode.BadInput, $"{wanted} is older than {system.Version}, which runs", next: "'bananactl rollback' goes back to the release in the other slot"),
            _ => new(ExitCode.BadInput, $"{wanted} cannot be installed from {system.Version}", store.Location, "update to the newest release that is offered, then again"),
        };
    }

    private async Task<UpdateCheck> NotedAsync(Func<Task<UpdateCheck>> look)
    {
        try
        {
            var check = await look().ConfigureAwait(false);
            history.Change(record => record with { LastCheck = new(clock.GetUtcNow(), check.Offer?.Manifest.Version, check.Offer?.Plan.Bytes, null) });
            return check;
        }
        catch (BananaException error)
        {
            history.Change(record => record with { LastCheck = new(clock.GetUtcNow(), null, null, error.Message) });
            throw;
        }
    }

    private ChannelResolver Resolver(IReleaseStore store) =>
        new(store, new TrustAnchor(machine.State).Join(files.TrustedRoot()), clock, new TufClientOptions { TimeFloor = Later(history.Read().TimeFloor, system.BuildTime) });

    private (IReleaseStore Store, string Channel) Open(UpdateSettings settings)
    {
        if (settings is not { Repository: { } repository, Channel: { } channel })
        {
            throw new BananaException(ExitCode.BadInput, $"no {(settings.Repository is null ? "repository" : "channel")} is set", "/etc/banana/updates.json", "write {\"repository\": \"https://…\", \"channel\": \"…\"} there");
        }

        return (OpenStore(repository), channel);
    }

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
