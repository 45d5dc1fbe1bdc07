// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Transport;

namespace Banana.Tuf.Client;

/// <summary>A client of a TUF repository: the workflow of the specification, section 5. One instance serves one caller at a time.</summary>
/// <param name="metadata">Where metadata comes from.</param>
/// <param name="store">What this machine trusts.</param>
/// <param name="clock">Read once for each refresh (5.2), so that nothing expires in the middle.</param>
/// <param name="options">Limits.</param>
public sealed class TufClient(ITufTransport metadata, ITrustedStore store, TimeProvider clock, TufClientOptions? options = null)
{
    private readonly TufClientOptions options = options ?? new();
    private readonly Dictionary<(string Role, string Parent), TargetsMetadata> targets = [];
    private DateTimeOffset now;
    private RootMetadata? root;
    private SnapshotMetadata? snapshot;

    /// <summary>The trusted root; null before the first refresh.</summary>
    public RootMetadata? Root => root;

    /// <summary>The trusted timestamp; null before a refresh went well.</summary>
    public TimestampMetadata? Timestamp { get; private set; }

    /// <summary>The time of the last refresh: the clock's, or the floor when the clock is behind it.</summary>
    public DateTimeOffset Now => now;

    /// <summary>Makes a root the one that this machine trusts. It has to come from a source that is trusted already, such as the installed system.</summary>
    /// <exception cref="TufException">The root is malformed, or not signed by its own keys.</exception>
    public static void Initialize(ITrustedStore store, byte[] trustedRoot)
    {
        _ = TrustedMetadata.FirstRoot(trustedRoot);
        store.Write(RoleNames.FileName(RoleNames.Root, null), trustedRoot);
    }

    /// <summary>Brings the top-level metadata up to date. Each file is kept as soon as it is trusted.</summary>
    /// <exception cref="TufException">Something was refused; what was trusted before stays so.</exception>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        snapshot = null;
        Timestamp = null;
        targets.Clear();
        var trusted = LoadTrustedRoot();
        now = FixTime(trusted);
        root = await UpdateRootAsync(trusted, cancellation).ConfigureAwait(false);
        TrustedMetadata.RequireFresh(root, RoleNames.Root, now);
        var timestamp = await UpdateTimestampAsync(root, cancellation).ConfigureAwait(false);
        snapshot = await UpdateSnapshotAsync(root, timestamp, cancellation).ConfigureAwait(false);
        _ = await LoadTargetsAsync(RoleNames.Targets, RoleNames.Root, root.Roles[RoleNames.Targets], root.Keys, cancellation).ConfigureAwait(false);
        Timestamp = timestamp;
    }

    /// <summary>What the repository says of a target (5.6.7): roles are searched in pre-order, the first that has it wins. Refreshes before when that was not done.</summary>
    /// <returns>Null when no role that may name it does.</returns>
    public async Task<TargetFile?> FindTargetAsync(string targetPath, CancellationToken cancellation = default)
    {
        if (Timestamp is null)
        {
            await RefreshAsync(cancellation).ConfigureAwait(false);
        }

        Stack<(string Role, string Parent, RoleKeys Keys, IReadOnlyDictionary<string, PublicKey> AllKeys)> open = [];
        open.Push((RoleNames.Targets, RoleNames.Root, root!.Roles[RoleNames.Targets], root.Keys));
        HashSet<string> visited = new(StringComparer.Ordinal);
        while (open.Count > 0 && visited.Count <= options.MaxDelegations)
        {
            var (role, parent, keys, allKeys) = open.Pop();
            if (!visited.Add(role))
            {
                continue; // a cycle, or a second way to it
            }

            var current = await LoadTargetsAsync(role, parent, keys, allKeys, cancellation).ConfigureAwait(false);
            if (current.Targets.TryGetValue(targetPath, out var target))
            {
                return target;
            }

            List<DelegatedRole> next = [];
            foreach (var delegated in (current.Delegations?.Roles ?? []).Where(delegated => delegated.Covers(targetPath)))
            {
                next.Add(delegated);
                if (delegated.Terminating)
                {
                    open.Clear();
                    break;
                }
            }

            foreach (var delegated in Enumerable.Reverse(next))
            {
                open.Push((delegated.Name, role, delegated.Keys, current.Delegations!.Keys));
            }
        }

        return null;
    }

    /// <summary>The trusted metadata of a delegated role of targets, such as a channel: what it offers. Refreshes before when that was not done.</summary>
    /// <exception cref="TufException">Targets delegates to no such role, or its metadata was refused.</exception>
    public async Task<TargetsMetadata> LoadRoleAsync(string role, CancellationToken cancellation = default)
    {
        if (Timestamp is null)
        {
            await RefreshAsync(cancellation).ConfigureAwait(false);
        }

        var top = await LoadTargetsAsync(RoleNames.Targets, RoleNames.Root, root!.Roles[RoleNames.Targets], root.Keys, cancellation).ConfigureAwait(false);
        var delegated = top.Delegations?.Roles.FirstOrDefault(delegated => delegated.Name == role) ?? throw new TufException(TufFailure.UnknownTarget, $"the repository has no role {role}");
        return await LoadTargetsAsync(role, RoleNames.Targets, delegated.Keys, top.Delegations!.Keys, cancellation).ConfigureAwait(false);
    }

    /// <summary>Fetches a target into a file (5.7): a temporary name beside it, checked, synced, renamed. A file that is there and right is kept.</summary>
    /// <returns>Whether it was fetched; false when the right file was there.</returns>
    public async Task<bool> DownloadAsync(ITufTransport source, string targetPath, TargetFile target, string destination, CancellationToken cancellation = default)
    {
        if (await IsThereAsync(destination, target, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        var temporary = LocalFile.Temporary(destination);
        try
        {
            var output = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            await using (output.ConfigureAwait(false))
            {
                await source.CopyAsync(Location(targetPath, target), target, output, cancellation).ConfigureAwait(false);
                output.Flush(flushToDisk: true);
            }

            LocalFile.Publish(temporary, destination);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Fetches a small target, such as a manifest, into memory.</summary>
    /// <param name="source">Where targets are.</param>
    /// <param name="targetPath">The target.</param>
    /// <param name="target">What <see cref="FindTargetAsync"/> said of it.</param>
    /// <param name="maxLength">Bytes at most, whatever the metadata says.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<byte[]> ReadAsync(ITufTransport source, string targetPath, TargetFile target, long maxLength, CancellationToken cancellation = default)
    {
        if (target.Length > maxLength)
        {
            throw new TufException(TufFailure.TooLarge, $"{targetPath} has {target.Length} bytes, more than {maxLength}");
        }

        using var content = new MemoryStream((int)target.Length);
        await source.CopyAsync(Location(targetPath, target), target, content, cancellation).ConfigureAwait(false);
        return content.ToArray();
    }

    /// <summary>Where a target is below the targets' address: percent-encoded, and with its hash in the name when snapshots are consistent (6.2).</summary>
    private string Location(string targetPath, TargetFile target)
    {
        var segments = targetPath.Split('/');
        if (root!.ConsistentSnapshot && options.PrefixTargetsWithHash)
        {
            segments[^1] = $"{target.Hashes.Preferred}.{segments[^1]}";
        }

        return string.Join('/', segments.Select(Uri.EscapeDataString));
    }

    private static async Task<bool> IsThereAsync(string path, TargetFile target, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length != target.Length)
            {
                return false;
            }

            using var check = new HashCheck(target.Hashes);
            var buffer = new byte[1 << 16];
            int count;
            while ((count = await file.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                check.Append(buffer.AsSpan(0, count));
            }

            return check.IsMatch();
        }
    }

    private RootMetadata LoadTrustedRoot()
    {
        var json = store.Read(RoleNames.FileName(RoleNames.Root, null)) ?? throw new TufException(TufFailure.LocalState, "there is no trusted root on this machine; begin with 'init' and a root from a trusted source");
        try
        {
            return TrustedMetadata.FirstRoot(json).Signed;
        }
        catch (TufException error)
        {
            throw new TufException(TufFailure.LocalState, $"the trusted root of this machine cannot be used: {error.Message}", error);
        }
    }

    /// <summary>The later of the clock, the floor, and the day on which the trusted timestamp was signed.</summary>
    private DateTimeOffset FixTime(RootMetadata trusted)
    {
        var time = clock.GetUtcNow();
        var local = Local(RoleNames.Timestamp, json => TrustedMetadata.AsBound(MetadataReader.Timestamp(json), RoleNames.Timestamp, trusted));
        foreach (var floor in new[] { options.TimeFloor, local?.Signed.Signed })
        {
            time = floor > time ? floor.Value : time;
        }

        return time;
    }

    private async Task<RootMetadata> UpdateRootAsync(RootMetadata trusted, CancellationToken cancellation)
    {
        for (var rotations = 0; rotations < options.MaxRootRotations; rotations++)
        {
            byte[] json;
            try
            {
                json = await metadata.ReadAsync(RoleNames.FileName(RoleNames.Root, trusted.Version + 1), options.MaxRootLength, cancellation).ConfigureAwait(false);
            }
            catch (TufException error) when (error.Failure == TufFailure.NotFound)
            {
                break; // the trusted root is the newest
            }

            var next = TrustedMetadata.NextRoot(trusted, json).Signed;
            // Recovery from a fast-forward attack (5.3.11). Before the root is kept: a power cut between the two must not leave the old versions behind.
            if (TrustedMetadata.IsRotated(trusted, next, RoleNames.Timestamp) || TrustedMetadata.IsRotated(trusted, next, RoleNames.Snapshot))
            {
                store.Delete(RoleNames.FileName(RoleNames.Timestamp, null));
                store.Delete(RoleNames.FileName(RoleNames.Snapshot, null));
            }

            store.Write(RoleNames.FileName(RoleNames.Root, null), json);
            trusted = next;
        }

        return trusted;
    }

    private async Task<TimestampMetadata> UpdateTimestampAsync(RootMetadata trusted, CancellationToken cancellation)
    {
        var local = Local(RoleNames.Timestamp, json => TrustedMetadata.AsBound(MetadataReader.Timestamp(json), RoleNames.Timestamp, trusted));
        var json = await metadata.ReadAsync(RoleNames.FileName(RoleNames.Timestamp, null), options.MaxTimestampLength, cancellation).ConfigureAwait(false);
        var timestamp = TrustedMetadata.Timestamp(trusted, local, json, now);
        if (!ReferenceEquals(timestamp, local))
        {
            store.Write(RoleNames.FileName(RoleNames.Timestamp, null), json);
        }

        return timestamp.Signed;
    }

    private async Task<SnapshotMetadata> UpdateSnapshotAsync(RootMetadata trusted, TimestampMetadata timestamp, CancellationToken cancellation)
    {
        if (Local(RoleNames.Snapshot, json => TrustedMetadata.Snapshot(trusted, timestamp, null, json, now)) is { } current)
        {
            return current.Signed;
        }

        var local = Local(RoleNames.Snapshot, json => TrustedMetadata.AsBound(MetadataReader.Snapshot(json), RoleNames.Snapshot, trusted));
        var json = await FetchAsync(RoleNames.Snapshot, timestamp.Snapshot, options.MaxSnapshotLength, cancellation).ConfigureAwait(false);
        var next = TrustedMetadata.Snapshot(trusted, timestamp, local, json, now);
        store.Write(RoleNames.FileName(RoleNames.Snapshot, null), json);
        return next.Signed;
    }

    private async Task<TargetsMetadata> LoadTargetsAsync(string role, string parent, RoleKeys keys, IReadOnlyDictionary<string, PublicKey> allKeys, CancellationToken cancellation)
    {
        if (targets.TryGetValue((role, parent), out var loaded))
        {
            return loaded;
        }

        var trusted = Local(role, json => TrustedMetadata.Targets(snapshot!, role, keys, allKeys, json, now));
        if (trusted is null)
        {
            var json = await FetchAsync(role, TrustedMetadata.Meta(snapshot!, role), options.MaxTargetsLength, cancellation).ConfigureAwait(false);
            trusted = TrustedMetadata.Targets(snapshot!, role, keys, allKeys, json, now);
            store.Write(RoleNames.FileName(role, null), json);
        }

        return targets[(role, parent)] = trusted.Signed;
    }

    private Task<byte[]> FetchAsync(string role, MetaFile meta, long maxLength, CancellationToken cancellation) => meta.Length > maxLength
        ? throw new TufException(TufFailure.TooLarge, $"metadata of {role} has {meta.Length} bytes, more than {maxLength}")
        : metadata.ReadAsync(RoleNames.FileName(role, root!.ConsistentSnapshot ? meta.Version : null), meta.Length ?? maxLength, cancellation);

    /// <summary>A local file when it passes the check; one that does not is as good as none, since it is fetched again.</summary>
    private Envelope<T>? Local<T>(string role, Func<byte[], Envelope<T>?> check)
        where T : RoleMetadata
    {
        try
        {
            return store.Read(RoleNames.FileName(role, null)) is { } json ? check(json) : null;
        }
        catch (TufException)
        {
            return null;
        }
    }
}
