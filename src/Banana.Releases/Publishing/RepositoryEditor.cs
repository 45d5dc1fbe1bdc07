// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Releases.Layout;
using Banana.Releases.Stores;
using Banana.Tuf;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Releases.Publishing;

/// <summary>
/// A repository that is being changed: the lock is held, the metadata loaded. What is uploaded meanwhile is seen by nobody until
/// <see cref="CommitAsync"/> writes the metadata, whose last file makes the whole change visible.
/// </summary>
public sealed class RepositoryEditor : IAsyncDisposable
{
    private static readonly TimeSpan LockLifetime = TimeSpan.FromMinutes(30);
    private readonly StoreLock held;

    private RepositoryEditor(IReleaseStore store, StoreLock held, TufRepository metadata)
    {
        Store = store;
        this.held = held;
        Metadata = metadata;
    }

    /// <summary>Where the repository is.</summary>
    public IReleaseStore Store { get; }

    /// <summary>Its metadata, with what is staged.</summary>
    public TufRepository Metadata { get; }

    /// <summary>Takes the lock and loads the metadata.</summary>
    /// <param name="store">The repository; it stays open.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="create">Makes a new repository where there is none; null: that is an error.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="BananaException">Another publisher is at work, the store is read-only, or there is no repository.</exception>
    public static async Task<RepositoryEditor> OpenAsync(IReleaseStore store, TimeProvider clock, Func<TufRepository>? create, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!store.CanWrite)
        {
            throw new BananaException(ExitCode.Usage, "this repository can only be read", store.Location, "give the folder or the bucket that the server shows");
        }

        var taken = await StoreLock.TakeAsync(store, RepositoryLayout.Lock, $"{Environment.MachineName} (pid {Environment.ProcessId})", LockLifetime, clock, cancellation).ConfigureAwait(false);
        try
        {
            return new(store, taken, await LoadAsync(store, clock, create, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await taken.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The role of a channel.</summary>
    /// <exception cref="BananaException">There is none.</exception>
    public TargetsMetadata Role(string role) => Metadata.Roles.TryGetValue(role, out var found)
        ? found
        : throw new BananaException(ExitCode.BadInput, $"the repository has no channel '{role}'; it has {Channels()}", Store.Location, "publish a release to it first");

    /// <summary>Returns the role of a channel; one that is new is signed by the repository's online keys, those of the snapshot.</summary>
    /// <exception cref="BananaException">It is new, and none of these keys is at hand.</exception>
    public string EnsureChannel(string channel, string edition, IEnumerable<PrivateKey> atHand)
    {
        var role = ChannelRole.Name(channel, edition);
        if (!Metadata.Roles.ContainsKey(role))
        {
            var online = Metadata.Root.Roles[RoleNames.Snapshot].KeyIds;
            var keys = atHand.Where(key => online.Contains(key.Public.Id, StringComparer.Ordinal)).Select(key => key.Public).ToList();
            if (keys.Count == 0)
            {
                throw new BananaException(ExitCode.BadInput, $"the channel '{role}' is new, and none of the keys at hand is one of the repository's online keys", Store.Location, "give the folder of the keys with --keys");
            }

            Metadata.Delegate(ChannelRole.Create(channel, edition, keys), keys);
        }

        return role;
    }

    /// <summary>Keeps the lock: for long work between two uploads.</summary>
    public Task KeepAsync(CancellationToken cancellation) => held.RenewAsync(cancellation);

    /// <summary>Signs what is staged and makes it visible.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="BananaException">A key is missing, or another publisher took over; nothing is visible then.</exception>
    public async Task<bool> CommitAsync(IReadOnlyCollection<PrivateKey> keys, CancellationToken cancellation)
    {
        var files = Call(Store, () => Metadata.Commit(keys));

        // Only then is it sure that nobody took over; from here on it is a matter of milliseconds.
        await held.RenewAsync(cancellation).ConfigureAwait(false);
        foreach (var file in files)
        {
            _ = await Store.WriteAsync(RepositoryLayout.Metadata + file.Name, file.Content, Precondition.None, cancellation).ConfigureAwait(false);
        }

        return files.Count > 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => held.DisposeAsync();

    /// <summary>Turns an error of TUF into one that names the repository.</summary>
    internal static T Call<T>(IReleaseStore store, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (TufException error)
        {
            throw Translate(store, error);
        }
    }

    /// <summary>An error of TUF as ours.</summary>
    internal static BananaException Translate(IReleaseStore store, TufException error) => new(
        error.Failure == TufFailure.Key ? ExitCode.BadInput : ExitCode.Untrusted, error.Message, store.Location, error.Failure == TufFailure.Key ? "give the folder of the keys with --keys" : "look at the repository with 'banana verify'", error);

    private static async Task<TufRepository> LoadAsync(IReleaseStore store, TimeProvider clock, Func<TufRepository>? create, CancellationToken cancellation)
    {
        if (await store.LengthAsync(RepositoryLayout.Metadata + "timestamp.json", cancellation).ConfigureAwait(false) is null)
        {
            return create?.Invoke() ?? throw new BananaException(ExitCode.BadInput, "there is no repository", store.Location, "begin one with 'banana keys make KEYS --to REPO/metadata'");
        }

        try
        {
            return await TufRepository.LoadAsync(new StoreReader(store), clock, cancellation: cancellation).ConfigureAwait(false);
        }
        catch (TufException error)
        {
            throw Translate(store, error);
        }
    }

    private string Channels() => string.Join(", ", Metadata.Roles.Keys.Where(role => role != RoleNames.Targets)) is { Length: > 0 } names ? names : "none";
}

/// <summary>Reads TUF metadata out of a store.</summary>
/// <param name="store">The repository.</param>
public sealed class StoreReader(IReleaseStore store) : IRepositoryReader
{
    private const int MaximumLength = 16 << 20;

    /// <inheritdoc/>
    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellation) =>
        (await store.ReadAsync(RepositoryLayout.Metadata + name, MaximumLength, cancellation).ConfigureAwait(false))?.Content;
}
