// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Unit.Formats.Patches;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Tests.Unit.Releases;

/// <summary>A repository in a folder, with releases whose images are a few kilobytes.</summary>
internal sealed class RepositoryWorld : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RepositoryWorld()
    {
        Keys = [.. RoleNames.TopLevel.Select(_ => PrivateKey.Generate(KeyKind.Ed25519))];
        Store = new FolderStore(Repository);
    }

    public string Repository => Path.Combine(folder.Path, "repository");

    public IReleaseStore Store { get; }

    public IReadOnlyList<PrivateKey> Keys { get; }

    /// <summary>Makes a release whose image is a golden one.</summary>
    public async Task<ReleaseDirectory> MakeAsync(string version, string image, string edition = "core", int minimumVersion = 0)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.Path, "out", edition, version)).FullName;
        var packages = new PackageList { Packages = [new() { Name = "curl", Version = version, Architecture = "amd64", License = "curl", Source = $"curl {version}" }] };
        (PartRole Role, string File, byte[] Content)[] parts =
        [
            (PartRole.Usr, $"banana_{version}_usr-x86-64.erofs", PatchSamples.Image(image)),
            (PartRole.Uki, $"banana_{version}-x86-64.efi", [.. Enumerable.Range(0, 50_000).Select(i => (byte)(i * i / 7))]),
            (PartRole.Packages, PackageList.FileName, packages.ToJson()),
        ];
        foreach (var part in parts)
        {
            await File.WriteAllBytesAsync(Path.Combine(path, part.File), part.Content, TestContext.Current.CancellationToken);
        }

        var manifest = new ReleaseManifest
        {
            Id = "banana", Edition = edition, Version = ReleaseVersion.Parse(version), Architecture = "x86-64", Base = "debian", Suite = "forky",
            LockfileSha256 = new string('a', 64), SourceDateEpoch = 1_700_000_000, MinimumVersion = minimumVersion, RootHash = new string('b', 64),
            Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = [.. parts.Select(part => new ReleasePart { Role = part.Role, File = part.File, Size = part.Content.Length, Sha256 = Sha256Digest.Of(part.Content) })],
        };
        await manifest.WriteAsync(Path.Combine(path, ReleaseManifest.FileName), TestContext.Current.CancellationToken);
        return ReleaseDirectory.Open(path);
    }

    /// <summary>Stands for the signature of a list: it says which list it is of, and nothing about who signed.</summary>
    public static Task<byte[]> SignAsync(byte[] list, CancellationToken cancellation) => Task.FromResult(Encoding.ASCII.GetBytes(Sha256Digest.Of(list)));

    public Task<PublishReport> PublishAsync(ReleaseDirectory release, string channel = "testing", IReleaseStore? store = null, Func<byte[], CancellationToken, Task<byte[]>>? sign = null) =>
        new Publisher(SilentProgress.Instance, TimeProvider.System).PublishAsync(
            release, store ?? Store, Begin, new PublishOptions { Channel = channel, Keys = Keys, Libraries = ClusterLibraries.System(), PatchLevel = 3, SignChecksums = sign }, TestContext.Current.CancellationToken);

    public ChannelEditor Channels(Func<byte[], CancellationToken, Task<byte[]>>? sign = null) => new(Store, Keys, TimeProvider.System, sign);

    public TufRepository Begin()
    {
        var repository = TufRepository.Create(RoleNames.TopLevel.Zip(Keys).ToDictionary(pair => pair.First, pair => ((IReadOnlyList<PublicKey>)[pair.Second.Public], 1), StringComparer.Ordinal), TimeProvider.System);
        repository.Accept(Keys.Aggregate(repository.ProposeRoot(root => root), (request, key) => request.Authorities.Any(authority => authority.Keys.KeyIds.Contains(key.Public.Id)) ? request.Sign(key) : request));
        return repository;
    }

    public void Dispose()
    {
        Store.Dispose();
        foreach (var key in Keys)
        {
            key.Dispose();
        }

        folder.Dispose();
    }
}

/// <summary>A store that fails at one of its writes, and from then on, as one whose connection is gone.</summary>
internal sealed class FailingStore(IReleaseStore inner, int failAt) : IReleaseStore
{
    private int writes;

    public int Writes => writes;

    public string Location => inner.Location;

    public bool CanWrite => true;

    public bool CanList => inner.CanList;

    public Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation) => inner.ReadAsync(key, limit, cancellation);

    public Task<long?> LengthAsync(string key, CancellationToken cancellation) => inner.LengthAsync(key, cancellation);

    public Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation) => inner.OpenAsync(key, range, cancellation);

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation)
    {
        Count();
        return inner.WriteAsync(key, content, precondition, cancellation);
    }

    public Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation)
    {
        Count();
        return inner.UploadAsync(key, content, length, cancellation);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        Count();
        return inner.DeleteAsync(key, cancellation);
    }

    public Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation) => inner.SweepAsync(before, cancellation);

    public void Dispose()
    {
        // The inner one is another's.
    }

    private void Count()
    {
        if (++writes >= failAt)
        {
            throw new BananaException(ExitCode.Unreachable, "the connection is gone", inner.Location);
        }
    }
}
