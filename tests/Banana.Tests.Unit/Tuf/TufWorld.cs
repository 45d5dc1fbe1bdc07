// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;
using Banana.Tuf.Transport;

namespace Banana.Tests.Unit.Tuf;

/// <summary>A clock that a test sets.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A server in memory: the files are what a test puts there, and every request is kept.</summary>
internal sealed class MemoryServer : ITufTransport, IRepositoryReader
{
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public List<string> Requests { get; } = [];

    public Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation)
    {
        Requests.Add(path);
        return Files.TryGetValue(path, out var content) ? Task.FromResult<Stream>(new MemoryStream(content)) : throw new TufException(TufFailure.NotFound, path);
    }

    public Task<byte[]?> ReadAsync(string name, CancellationToken cancellation) => Task.FromResult(Files.GetValueOrDefault(name));
}

/// <summary>A real repository with its keys, a server, and a client that trusts its first root.</summary>
internal sealed class TufWorld : IDisposable
{
    public const string Channel = "stable-plasma";
    private readonly TemporaryFolder folder = new();

    public TufWorld(int rootKeys = 1, int rootThreshold = 1, KeyKind kind = KeyKind.Ed25519)
    {
        RootKeys = [.. Enumerable.Range(0, rootKeys).Select(_ => PrivateKey.Generate(kind))];
        foreach (var role in RoleNames.TopLevel.Skip(1).Append(Channel))
        {
            Keys[role] = PrivateKey.Generate(kind);
        }

        Repository = TufRepository.Create(
            RoleNames.TopLevel.ToDictionary(
                role => role,
                role => ((IReadOnlyList<PublicKey>)(role == RoleNames.Root ? [.. RootKeys.Select(key => key.Public)] : [Keys[role].Public]), role == RoleNames.Root ? rootThreshold : 1),
                StringComparer.Ordinal),
            Clock);
        Root(root => root);
        Repository.Delegate(ChannelRole.Create("stable", "plasma", [Keys[Channel].Public]), [Keys[Channel].Public]);
        Publish();
        Directory.CreateDirectory(Trusted);
        TufClient.Initialize(Store, Server.Files["1.root.json"]);
    }

    public SetClock Clock { get; } = new();

    public MemoryServer Server { get; } = new();

    public MemoryServer Targets { get; } = new();

    public List<PrivateKey> RootKeys { get; }

    public Dictionary<string, PrivateKey> Keys { get; } = new(StringComparer.Ordinal);

    public TufRepository Repository { get; private set; }

    public string Folder => folder.Path;

    public string Trusted => folder["trusted"];

    public FolderTrustedStore Store => new(Trusted);

    public TufClient Client(TufClientOptions? options = null, ITufTransport? transport = null) => new(transport ?? Server, Store, Clock, options);

    /// <summary>Signs and accepts a new root; it is served with the next publish.</summary>
    public void Root(Func<RootMetadata, RootMetadata> change) => Repository.Accept(RootKeys.Aggregate(Repository.ProposeRoot(change), (request, key) => request.Authorities.Any(a => a.Keys.KeyIds.Contains(key.Public.Id)) ? request.Sign(key) : request));

    /// <summary>Gives a role a new key in place of its old one.</summary>
    public void RotateKey(string role)
    {
        Keys[role] = PrivateKey.Generate(KeyKind.Ed25519);
        Root(root => root.WithRole(role, [Keys[role].Public], 1));
    }

    public void Publish()
    {
        foreach (var file in Repository.Commit(Keys.Values))
        {
            Server.Files[file.Name] = file.Content;
        }
    }

    /// <summary>Adds a release's manifest to a channel, and serves it.</summary>
    public string Release(string version, byte[] manifest, string role = Channel)
    {
        var path = ChannelRole.ManifestPath("plasma", version);
        var target = TargetFile.Of(manifest);
        Repository.SetTarget(role, path, target);
        Targets.Files[$"plasma/{version}/{target.Hashes.Preferred}.manifest.json"] = manifest;
        Publish();
        return path;
    }

    /// <summary>Signs metadata as an attacker with these keys would; returns the bytes.</summary>
    public static byte[] Sign(RoleMetadata metadata, params PrivateKey[] keys) =>
        MetadataWriter.Encode(keys.Aggregate(MetadataWriter.Unsigned(metadata), (envelope, key) => envelope.Sign(key)));

    /// <summary>The version of a trusted file, or null when there is none.</summary>
    public long? Version(string role) => Store.Read($"{role}.json") is { } json ? role switch
    {
        RoleNames.Root => MetadataReader.Root(json).Signed.Version,
        RoleNames.Timestamp => MetadataReader.Timestamp(json).Signed.Version,
        RoleNames.Snapshot => MetadataReader.Snapshot(json).Signed.Version,
        _ => MetadataReader.Targets(json).Signed.Version,
    } : null;

    /// <summary>Refreshes with a new client, as the next start of the program would.</summary>
    public Task RefreshAsync() => Client().RefreshAsync(TestContext.Current.CancellationToken);

    /// <summary>A refresh that has to be refused, for this reason.</summary>
    public async Task RefusedAsync(TufFailure failure, TufClientOptions? options = null) =>
        Assert.Equal(failure, (await Assert.ThrowsAsync<TufException>(() => Client(options).RefreshAsync(TestContext.Current.CancellationToken))).Failure);

    public void Dispose()
    {
        folder.Dispose();
        RootKeys.ForEach(key => key.Dispose());
        Keys.Values.ToList().ForEach(key => key.Dispose());
    }
}
