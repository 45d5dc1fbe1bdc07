// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Integration.Tools;
using Banana.Tuf.Client;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;
using Banana.Updates.Planning;

namespace Banana.Tests.Integration.Updates;

/// <summary>Three releases of a small /usr in a repository, made once: patches lead from the second to the third only, and the first is in no price list.</summary>
public sealed class UpdateWorld : IAsyncLifetime
{
    public const string Name = "updates";
    public const string Channel = "testing";
    public static readonly ReleaseVersion Ancient = new(20260101, 1);
    public static readonly ReleaseVersion Old = new(20260102, 1);
    public static readonly ReleaseVersion New = new(20260103, 1);
    private readonly TemporaryFolder folder = new();
    private byte[] root = [];

    public PrivateKey Key { get; } = PrivateKey.Generate(KeyKind.Ed25519);

    /// <summary>The repository; tests that change it take a copy.</summary>
    public string Repository => folder.Combine("repository");

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        foreach (var (version, changes) in new[] { (Ancient, 0), (Old, 12), (New, 16) })
        {
            MakeTree(folder.Combine("tree"), changes);
            await MakeReleaseAsync(version, changes, cancellation);
        }

        var store = new FolderStore(Repository);
        foreach (var version in new[] { Ancient, Old, New })
        {
            var options = new PublishOptions { Channel = Channel, Keys = [Key], Libraries = ClusterLibraries.System(), PatchesFrom = 1, PatchLevel = 3, Chunks = new ChunkParameters(4 << 10, 16 << 10, 64 << 10) };
            await new Publisher(SilentProgress.Instance, TimeProvider.System).PublishAsync(ReleaseDirectory.Open(Release(version)), store, NewRepository, options, cancellation);
        }

        root = await File.ReadAllBytesAsync(Path.Combine(Repository, "metadata/1.root.json"), cancellation);
    }

    public ValueTask DisposeAsync()
    {
        Key.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    public string Release(ReleaseVersion version) => folder.Combine(version.ToString());

    public ReleaseManifest Manifest(ReleaseVersion version) => ReleaseManifest.Read(Path.Combine(Release(version), ReleaseManifest.FileName));

    public byte[] Part(ReleaseVersion version, PartRole role) => File.ReadAllBytes(ReleaseDirectory.Open(Release(version)).Require(role));

    /// <summary>A folder in which a machine keeps what it trusts.</summary>
    public ITrustedStore Trust(string path)
    {
        Directory.CreateDirectory(path);
        var store = new FolderTrustedStore(path);
        TufClient.Initialize(store, root);
        return store;
    }

    /// <summary>What a device has that runs a release.</summary>
    public InstalledRelease Installed(ReleaseVersion version)
    {
        var release = ReleaseDirectory.Open(Release(version));
        return new()
        {
            Edition = "core",
            Architecture = "x86-64",
            Version = version,
            Parts = new[] { PartRole.Usr, PartRole.Uki }.ToDictionary(role => role, role => new InstalledPart(ByteSource.OpenFile(release.Require(role)), release.Manifest.Find(role)!.Sha256)),
        };
    }

    private static void MakeTree(string tree, int changes)
    {
        Directory.CreateDirectory(tree);
        for (var i = 0; i < 48; i++)
        {
            // A few files change with each release; the rest stays.
            var random = new Random(i < changes ? (changes * 1000) + i : i);
            var text = new StringBuilder();
            var length = 20_000 + (i * 6_000);
            while (text.Length < length)
            {
                text.Append(i < changes && text.Length < length / 2 ? $"line {text.Length} of {i}\n" : $"{random.Next():x8} {random.Next(1000)}\n");
            }

            Directory.CreateDirectory(Path.Combine(tree, $"d{i % 5}"));
            File.WriteAllText(Path.Combine(tree, $"d{i % 5}/file{i}"), text.ToString());
        }
    }

    private async Task MakeReleaseAsync(ReleaseVersion version, int changes, CancellationToken cancellation)
    {
        var release = Directory.CreateDirectory(Release(version)).FullName;
        var usr = Path.Combine(release, $"banana_{version}_usr.erofs");
        string[] arguments = ["-b4096", "-zlz4hc,9", "-C65536", "--MZ=id", "-E^inline_data", "-T0", "--all-time", "-U", "00000000-0000-4000-8000-000000000001", "--quiet", usr, folder.Combine("tree")];
        await WorkbenchTools.RunAsync(folder.Path, "mkfs.erofs", arguments, cancellation);
        var image = await File.ReadAllBytesAsync(usr, cancellation);
        var tree = new MemoryStream();
        var verity = new VerityTree(new VeritySuperblock(Guid.Parse("00000000-0000-4000-8000-000000000002"), image.Length / VeritySuperblock.BlockSize, new byte[32]), tree);
        verity.Append(image);
        var rootHash = Convert.ToHexStringLower(verity.Finish());
        var uki = new byte[600_000];
        new Random(7).NextBytes(uki);
        new Random(changes).NextBytes(uki.AsSpan(200_000, 30_000));
        List<ReleasePart> parts = [];
        foreach (var (role, name, content) in new[] { (PartRole.Usr, Path.GetFileName(usr), image), (PartRole.UsrVerity, $"banana_{version}_verity", tree.ToArray()), (PartRole.Uki, $"banana_{version}.efi", uki) })
        {
            await File.WriteAllBytesAsync(Path.Combine(release, name), content, cancellation);
            parts.Add(new() { Role = role, File = name, Size = content.Length, Sha256 = Sha256Digest.Of(content) });
        }

        await new ReleaseManifest
        {
            Id = "banana",
            Edition = "core",
            Version = version,
            Architecture = "x86-64",
            Base = "debian",
            Suite = "forky",
            LockfileSha256 = new('a', 64),
            SourceDateEpoch = 1,
            RootHash = rootHash,
            Image = new() { BlockSize = 4096, Compressor = "lz4hc,9", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = parts,
        }.WriteAsync(Path.Combine(release, ReleaseManifest.FileName), cancellation);
    }

    private TufRepository NewRepository()
    {
        var repository = TufRepository.Create(RoleNames.TopLevel.ToDictionary(role => role, _ => ((IReadOnlyList<PublicKey>)[Key.Public], 1), StringComparer.Ordinal), TimeProvider.System);
        repository.Accept(repository.ProposeRoot(made => made).Sign(Key));
        return repository;
    }
}

/// <summary>A device in a folder, with its own copy of the repository to be damaged.</summary>
internal sealed class Device : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly UpdateWorld world;

    public Device(UpdateWorld world, ReleaseVersion? from)
    {
        this.world = world;
        Installed = from is { } version ? world.Installed(version) : null;
        foreach (var file in Directory.EnumerateFiles(world.Repository, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/chunks/", StringComparison.Ordinal)))
        {
            var copy = Repository + file[world.Repository.Length..];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Directory.CreateDirectory(Slots);
        Store = new FolderStore(Repository);
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Banana.Releases.Stores.IReleaseStore Store { get; set; }

    public string Repository => folder.Combine("repository");

    public string Slots => folder.Combine("slots");

    public InstalledRelease? Installed { get; set; }

    public Banana.Updates.Fetching.FetchOptions Options { get; set; } = new();

    /// <summary>Wraps the target of /usr.</summary>
    public Func<Stream, Stream> Wrap { get; set; } = stream => stream;

    /// <summary>Wraps the target of the verity tree.</summary>
    public Func<Stream, Stream> WrapTree { get; set; } = stream => stream;

    public string Combine(string name) => folder.Combine(name);

    public async Task<UpdatePlan> PlanAsync(params PartRole[] roles)
    {
        var offer = await new Banana.Updates.Trust.ChannelResolver(Store, world.Trust(folder.Combine("trust")), TimeProvider.System).ResolveAsync(UpdateWorld.Channel, world.Installed(UpdateWorld.Ancient), Cancellation);
        return await new UpdatePlanner(Store).PlanAsync(offer.Manifest!, offer.Delivery!, Installed, roles.Length == 0 ? null : roles, Cancellation);
    }

    public Task<Banana.Updates.Fetching.FetchReport> FetchAsync(UpdatePlan plan, CancellationToken? cancellation = null) =>
        new Banana.Updates.Fetching.UpdateFetcher(Store, Options, SilentProgress.Instance).FetchAsync(
            plan,
            plan.Parts.ToDictionary(part => part.Part.Role, part => new Banana.Updates.Fetching.PartDestination(new Slot(PathOf(part.Part.Role), part.Part.Role switch { PartRole.Usr => Wrap, PartRole.UsrVerity => WrapTree, _ => stream => stream }), new Banana.Updates.Fetching.FileNote(PathOf(part.Part.Role) + ".journal"))),
            cancellation ?? Cancellation);

    public string PathOf(PartRole role) => Path.Combine(Slots, role.ToString());

    /// <summary>The file in the repository of an object of the new release.</summary>
    public string ObjectOf(UpdatePlan plan, PartRole role, WayKind kind) => Path.Combine(Repository, plan.Find(role)!.Ways.First(way => way.Kind == kind).Object!.Key);

    public void RequireNew(UpdatePlan plan)
    {
        foreach (var part in plan.Parts)
        {
            Assert.True(world.Part(UpdateWorld.New, part.Part.Role).AsSpan().SequenceEqual(File.ReadAllBytes(PathOf(part.Part.Role))), $"{part.Part.Role} is not that of the new release");
        }
    }

    public void Dispose()
    {
        foreach (var part in Installed?.Parts.Values ?? [])
        {
            part.Source.Dispose();
        }

        Store.Dispose();
        folder.Dispose();
    }

    private sealed class Slot(string path, Func<Stream, Stream> wrap) : Banana.Updates.Fetching.IPartTarget
    {
        private readonly Banana.Updates.Fetching.FileTarget inner = new(path);

        public string Name => inner.Name;

        public string Volume => inner.Volume;

        public long Room() => inner.Room();

        public Stream Open() => wrap(inner.Open());

        public void Complete(long length) => inner.Complete(length);
    }
}

/// <summary>All tests of updates share one world.</summary>
[CollectionDefinition(UpdateWorld.Name)]
public sealed class UpdateWorldCollection : ICollectionFixture<UpdateWorld>;
