// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Repository;

/// <summary>
/// A repository's metadata in memory: load it, stage changes, sign, and get the files to write. Nothing is written here, and one instance
/// serves one caller. <code>
/// var repository = await TufRepository.LoadAsync(reader, clock);
/// repository.SetTarget("testing-plasma", ChannelRole.ManifestPath("plasma", version), TargetFile.Of(manifest));
/// foreach (var file in repository.Commit(onlineKeys)) { … write in this order … }
/// </code>
/// </summary>
public sealed class TufRepository
{
    private readonly TimeProvider clock;
    private readonly RepositoryPolicy policy;
    private readonly Dictionary<string, TargetsMetadata> roles = new(StringComparer.Ordinal);
    private readonly SortedSet<string> changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SigningRequest> accepted = new(StringComparer.Ordinal);
    private readonly List<RepositoryFile> newRoots = [];
    private SnapshotMetadata? snapshot;
    private TimestampMetadata? timestamp;

    private TufRepository(RootMetadata root, TimeProvider clock, RepositoryPolicy? policy)
    {
        Root = root;
        this.clock = clock;
        this.policy = policy ?? new();
    }

    /// <summary>The root; version 0 until the first one has been accepted.</summary>
    public RootMetadata Root { get; private set; }

    /// <summary>The snapshot as it was loaded or committed.</summary>
    public SnapshotMetadata? Snapshot => snapshot;

    /// <summary>The timestamp as it was loaded or committed.</summary>
    public TimestampMetadata? Timestamp => timestamp;

    /// <summary>Targets and all delegated roles by name, with the staged changes.</summary>
    public IReadOnlyDictionary<string, TargetsMetadata> Roles => roles;

    /// <summary>A new repository, with nothing in it. Its first root is to be proposed, signed and accepted.</summary>
    /// <param name="keys">The keys and thresholds of the four top-level roles.</param>
    /// <param name="clock">For the dates of expiry.</param>
    /// <param name="policy">How long metadata is valid.</param>
    public static TufRepository Create(IReadOnlyDictionary<string, (IReadOnlyList<PublicKey> Keys, int Threshold)> keys, TimeProvider clock, RepositoryPolicy? policy = null)
    {
        var root = new RootMetadata
        {
            Version = 0,
            Expires = default,
            ConsistentSnapshot = true,
            Keys = new Dictionary<string, PublicKey>(StringComparer.Ordinal),
            Roles = new Dictionary<string, RoleKeys>(StringComparer.Ordinal),
        };
        foreach (var role in RoleNames.TopLevel)
        {
            root = root.WithRole(role, keys[role].Keys, keys[role].Threshold);
        }

        var repository = new TufRepository(root, clock, policy);
        repository.roles[RoleNames.Targets] = repository.Empty();
        repository.changed.Add(RoleNames.Targets);
        return repository;
    }

    /// <summary>Loads the newest metadata, and checks its signatures: a publisher must not sign what somebody else has changed. Expired metadata is loaded, so that it can be renewed.</summary>
    /// <exception cref="TufException">There is no repository, or its metadata does not hold.</exception>
    public static async Task<TufRepository> LoadAsync(IRepositoryReader reader, TimeProvider clock, RepositoryPolicy? policy = null, CancellationToken cancellation = default)
    {
        var loaded = await RepositoryLoader.LoadAsync(reader, cancellation).ConfigureAwait(false);
        var repository = new TufRepository(loaded.Root, clock, policy) { snapshot = loaded.Snapshot, timestamp = loaded.Timestamp };
        foreach (var (name, metadata) in loaded.Roles)
        {
            repository.roles[name] = metadata;
        }

        repository.changed.UnionWith(loaded.Stale);
        return repository;
    }

    /// <summary>Adds or replaces a target.</summary>
    public void SetTarget(string role, string path, TargetFile target) =>
        Change(role, metadata => metadata with { Targets = new Dictionary<string, TargetFile>(metadata.Targets, StringComparer.Ordinal) { [path] = target } });

    /// <summary>Removes a target. Returns whether it was there.</summary>
    public bool RemoveTarget(string role, string path)
    {
        if (!Role(role).Targets.ContainsKey(path))
        {
            return false;
        }

        Change(role, metadata => metadata with { Targets = metadata.Targets.Where(pair => pair.Key != path).ToDictionary(StringComparer.Ordinal) });
        return true;
    }

    /// <summary>Delegates to a role, the last in priority; a role of the same name gets the new keys and paths and keeps its place and targets.</summary>
    public void Delegate(DelegatedRole role, IEnumerable<PublicKey> keys, string delegator = RoleNames.Targets)
    {
        var known = keys.ToDictionary(key => key.Id, StringComparer.Ordinal);
        Change(delegator, metadata =>
        {
            var before = metadata.Delegations ?? new(new Dictionary<string, PublicKey>(StringComparer.Ordinal), []);
            var all = before.Roles.Any(other => other.Name == role.Name) ? before.Roles.Select(other => other.Name == role.Name ? role : other).ToList() : [.. before.Roles, role];
            var used = all.SelectMany(other => other.Keys.KeyIds).ToHashSet(StringComparer.Ordinal);
            return metadata with
            {
                Delegations = before with { Roles = all, Keys = before.Keys.Concat(known).DistinctBy(pair => pair.Key).Where(pair => used.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal) },
            };
        });
        roles.TryAdd(role.Name, Empty());
        changed.Add(role.Name); // signed anew by its new keys
    }

    /// <summary>Signs a role's metadata anew with the next commit, though nothing in it changes, so that it does not expire.</summary>
    public void Renew(string role)
    {
        _ = role is RoleNames.Snapshot or RoleNames.Timestamp ? null : Role(role);
        changed.Add(role);
    }

    /// <summary>Proposes the next root.</summary>
    /// <returns>What the old and the new root's keys have to sign.</returns>
    public SigningRequest ProposeRoot(Func<RootMetadata, RootMetadata> change)
    {
        var next = change(Root) with { Version = Root.Version + 1, Expires = Expiry(policy.Root) };
        List<SigningRequest.Authority> authorities = [new(next.Roles[RoleNames.Root], next.Keys)];
        if (Root.Version > 0)
        {
            authorities.Insert(0, new(Root.Roles[RoleNames.Root], Root.Keys));
        }

        return SigningRequest.Of(RoleNames.Root, authorities, MetadataWriter.Unsigned(next));
    }

    /// <summary>Proposes a role's next version with all that is staged, when its keys are elsewhere.</summary>
    public SigningRequest Propose(string role) => SigningRequest.Of(role, [AuthorityOf(role)], MetadataWriter.Unsigned(Next(role)));

    /// <summary>Takes metadata that was signed elsewhere; it goes into the next commit.</summary>
    /// <exception cref="TufException">It is not the next version, or has too few signatures.</exception>
    public void Accept(SigningRequest request)
    {
        if (request.Metadata is RootMetadata root)
        {
            AcceptRoot(request, root);
            return;
        }

        var expected = Role(request.Role).Version + 1;
        Require(request, [AuthorityOf(request.Role)]);
        if (request.Metadata is not TargetsMetadata metadata || metadata.Version != expected)
        {
            throw new TufException(TufFailure.Mismatch, $"the signed metadata of {request.Role} is not version {expected}; make a new request");
        }

        roles[request.Role] = metadata with { Version = expected - 1 }; // the commit counts up
        accepted[request.Role] = request;
        changed.Add(request.Role);
    }

    /// <summary>Signs everything that changed, and what follows from it: snapshot and timestamp.</summary>
    /// <param name="keys">The keys that are at hand; each signs the roles that it belongs to.</param>
    /// <returns>The files in the order in which they have to be written: roots, delegated roles, targets, snapshot, and timestamp.json at last. Empty when nothing changed.</returns>
    /// <exception cref="TufException">A role lacks signatures; the instance is unchanged.</exception>
    public IReadOnlyList<RepositoryFile> Commit(IReadOnlyCollection<PrivateKey> keys)
    {
        if (Root.Version == 0)
        {
            throw new TufException(TufFailure.Unsigned, "the repository has no signed root yet");
        }

        List<RepositoryFile> files = [.. newRoots];
        Dictionary<string, TargetsMetadata> next = new(StringComparer.Ordinal);
        Dictionary<string, MetaFile> meta = new(snapshot?.Meta ?? new Dictionary<string, MetaFile>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var role in changed.Where(roles.ContainsKey).OrderBy(role => role == RoleNames.Targets))
        {
            var envelope = accepted.TryGetValue(role, out var request)
                ? new Envelope<TargetsMetadata>((TargetsMetadata)request.Metadata, request.SignedBytes, request.Signatures)
                : Sign(role, Next(role), keys);
            next[role] = envelope.Signed;
            files.Add(File(role, envelope, out var described));
            meta[$"{role}.json"] = described;
        }

        if (next.Count > 0 || changed.Contains(RoleNames.Snapshot) || changed.Contains(RoleNames.Timestamp))
        {
            var newSnapshot = snapshot;
            var described = timestamp?.Snapshot;
            if (next.Count > 0 || changed.Contains(RoleNames.Snapshot))
            {
                newSnapshot = new SnapshotMetadata { Version = (snapshot?.Version ?? 0) + 1, Expires = Expiry(policy.Snapshot), Meta = meta, Unknown = snapshot?.Unknown ?? Json.JsonFields.None };
                files.Add(File(RoleNames.Snapshot, Sign(RoleNames.Snapshot, newSnapshot, keys), out described));
            }

            var newTimestamp = new TimestampMetadata { Version = (timestamp?.Version ?? 0) + 1, Expires = Expiry(policy.Timestamp), Snapshot = described!, Signed = Now(), Unknown = timestamp?.Unknown ?? Json.JsonFields.None };
            files.Add(File(RoleNames.Timestamp, Sign(RoleNames.Timestamp, newTimestamp, keys), out _));
            (snapshot, timestamp) = (newSnapshot, newTimestamp);
        }

        foreach (var (role, metadata) in next)
        {
            roles[role] = metadata;
        }

        changed.Clear();
        accepted.Clear();
        newRoots.Clear();
        return files;
    }

    private void AcceptRoot(SigningRequest request, RootMetadata root)
    {
        List<SigningRequest.Authority> authorities = [new(root.Roles[RoleNames.Root], root.Keys)];
        if (Root.Version > 0)
        {
            authorities.Add(new(Root.Roles[RoleNames.Root], Root.Keys));
        }

        Require(request, authorities);
        if (root.Version != Root.Version + 1)
        {
            throw new TufException(TufFailure.Mismatch, $"the signed root has version {root.Version} in place of {Root.Version + 1}; make a new request");
        }

        foreach (var role in RoleNames.TopLevel.Where(role => role != RoleNames.Root && Root.Version > 0))
        {
            // New keys: what the old ones signed may not hold any more.
            if (Root.Roles[role].Threshold != root.Roles[role].Threshold || !Root.Roles[role].KeyIds.ToHashSet(StringComparer.Ordinal).SetEquals(root.Roles[role].KeyIds))
            {
                changed.Add(role);
            }
        }

        if (Root.Version > 0 && Root.ConsistentSnapshot != root.ConsistentSnapshot)
        {
            changed.UnionWith(roles.Keys); // their files get other names
        }

        Root = root;
        newRoots.Add(new(RoleNames.FileName(RoleNames.Root, root.Version), MetadataWriter.Encode(request.Envelope())));
    }

    private static void Require(SigningRequest request, IEnumerable<SigningRequest.Authority> authorities)
    {
        foreach (var authority in authorities)
        {
            var count = request.Envelope().ValidSignatures(authority.Keys, authority.AllKeys).Count;
            if (count < authority.Keys.Threshold)
            {
                throw new TufException(TufFailure.Unsigned, $"{request.Role} has {count} of the {authority.Keys.Threshold} signatures that it needs; the keys are {Short(authority.Keys.KeyIds)}");
            }
        }
    }

    private Envelope<T> Sign<T>(string role, T metadata, IReadOnlyCollection<PrivateKey> keys)
        where T : RoleMetadata
    {
        var authority = AuthorityOf(role);
        var envelope = keys.Where(key => authority.Keys.KeyIds.Contains(key.Public.Id, StringComparer.Ordinal))
            .Aggregate(MetadataWriter.Unsigned(metadata), (unsigned, key) => unsigned.Sign(key));
        return envelope.IsSignedBy(authority.Keys, authority.AllKeys)
            ? envelope
            : throw new TufException(TufFailure.Key, $"{role} needs {authority.Keys.Threshold} signatures of the keys {Short(authority.Keys.KeyIds)}; {envelope.Signatures.Count} of them are at hand");
    }

    private SigningRequest.Authority AuthorityOf(string role)
    {
        if (Root.Roles.TryGetValue(role, out var top))
        {
            return new(top, Root.Keys);
        }

        var delegations = roles.Values.Select(metadata => metadata.Delegations).FirstOrDefault(delegations => delegations?.Roles.Any(other => other.Name == role) ?? false)
            ?? throw new TufException(TufFailure.UnknownTarget, $"the repository has no role {role}");
        return new(delegations.Roles.First(other => other.Name == role).Keys, delegations.Keys);
    }

    private TargetsMetadata Role(string role) => roles.TryGetValue(role, out var metadata)
        ? metadata
        : throw new TufException(TufFailure.UnknownTarget, $"the repository has no role {role}; it has {string.Join(", ", roles.Keys)}");

    private void Change(string role, Func<TargetsMetadata, TargetsMetadata> change)
    {
        roles[role] = change(Role(role));
        accepted.Remove(role); // signed elsewhere before this change
        changed.Add(role);
    }

    private TargetsMetadata Next(string role) => Role(role) with
    {
        Version = Role(role).Version + 1,
        SpecVersion = RoleMetadata.Specification,
        Expires = Expiry(role == RoleNames.Targets ? policy.Targets : policy.Delegated),
    };

    private RepositoryFile File<T>(string role, Envelope<T> envelope, out MetaFile described)
        where T : RoleMetadata
    {
        var content = MetadataWriter.Encode(envelope);
        described = new(envelope.Signed.Version, content.Length, TargetHashes.Of(content));
        return new(RoleNames.FileName(role, role == RoleNames.Timestamp || !Root.ConsistentSnapshot ? null : envelope.Signed.Version), content);
    }

    private TargetsMetadata Empty() => new() { Version = 0, Expires = Now() };

    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());

    private DateTimeOffset Expiry(TimeSpan validity) => Now() + validity;

    private static string Short(IEnumerable<string> ids) => string.Join(", ", ids.Select(id => id[..Math.Min(12, id.Length)]));
}
