// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Device;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Device.Transaction;
using Banana.Formats.Boot;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Gpt;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Unit.Releases;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Tests.Unit.Device;

/// <summary>Three published releases, and a device with two slots that runs the second and is offered the third.</summary>
internal sealed class DeviceWorld : IDisposable
{
    public const string Id = "banana";
    public static readonly ReleaseVersion Older = new(20261101, 1);
    public static readonly ReleaseVersion Running = new(20261102, 1);
    public static readonly ReleaseVersion New = new(20261103, 1);
    private const int Blocks = 24;
    private readonly TemporaryFolder folder = new();
    private readonly RepositoryWorld repository = new();
    private readonly Dictionary<ReleaseVersion, ReleaseDirectory> releases = [];
    private readonly Dictionary<ReleaseVersion, ReleaseDelivery> deliveries = [];

    private DeviceWorld()
    {
    }

    public UpdatePlan Plan { get; private set; } = null!;

    public IReleaseStore Store => repository.Store;

    public RepositoryWorld Repository => repository;

    public static async Task<DeviceWorld> MakeAsync()
    {
        var world = new DeviceWorld();
        foreach (var version in (ReleaseVersion[])[Older, Running, New])
        {
            world.releases[version] = await world.MakeAsync(version);
            var published = await new Publisher(SilentProgress.Instance, TimeProvider.System).PublishAsync(
                world.releases[version], world.Store, world.repository.Begin,
                new PublishOptions { Channel = "testing", Keys = world.repository.Keys, Libraries = ClusterLibraries.System(), PatchesFrom = 0, Chunks = new ChunkParameters(1 << 10, 4 << 10, 16 << 10) },
                TestContext.Current.CancellationToken);
            world.deliveries[version] = published.Delivery;
        }

        world.Plan = await world.PlanAsync(New);
        return world;
    }

    public byte[] Part(ReleaseVersion version, PartRole role) => File.ReadAllBytes(releases[version].Require(role));

    public ReleaseManifest Manifest(ReleaseVersion version) => releases[version].Manifest;

    /// <summary>The disk of a device that runs one release and has another in its second slot, or a free one.</summary>
    public byte[] Disk(ReleaseVersion? second, int slotSize = (Blocks + 8) * 4096)
    {
        var (usr, tree) = RootHashIds.Of(Manifest(Running).RootHash);
        var (otherUsr, otherTree) = second is { } other ? RootHashIds.Of(Manifest(other).RootHash) : (NewId(), NewId());
        var label = second is { } version ? $"{Id}_{version}" : Slot.FreeLabel;
        var disk = DiskBytes.Make(
            (GptPartitionType.UsrX8664, usr, $"{Id}_{Running}", slotSize),
            (GptPartitionType.UsrVerityX8664, tree, $"{Id}_{Running}", 16 * 4096),
            (GptPartitionType.UsrX8664, otherUsr, label, slotSize),
            (GptPartitionType.UsrVerityX8664, otherTree, label, 16 * 4096),
            (new Guid("0fc63daf-8483-4772-8e79-3d69d8477de4"), NewId(), DiskLayout.StateLabel, 256 << 10));
        Fill(disk, 0, Running);
        if (second is { } there)
        {
            Fill(disk, 2, there);
        }

        return disk;
    }

    /// <summary>The boot entries of such a device.</summary>
    public Dictionary<string, byte[]> Entries(ReleaseVersion? second)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [$"EFI/Linux/{Id}_{Running}.efi"] = Part(Running, PartRole.Uki) };
        if (second is { } other)
        {
            files[$"EFI/Linux/{Id}_{other}.efi"] = Part(other, PartRole.Uki);
        }

        return files;
    }

    public Machine Machine(MemoryDisk disk, MemoryBootFiles boot) => new()
    {
        Disk = disk,
        Boot = boot,
        State = DeviceState.Of(disk, DiskLayout.Read(disk, Id)),
        Id = Id,
        RunningRootHash = Manifest(Running).RootHash,
        IsBlessed = rootHash => rootHash == Manifest(Running).RootHash || rootHash == Manifest(Older).RootHash,
    };

    public Task<InstalledUpdate> InstallAsync(MemoryDisk disk, MemoryBootFiles boot, UpdatePlan? plan = null) =>
        new UpdateTransaction(Machine(disk, boot), Store, new FetchOptions { CheckpointFetched = 4 << 10, CheckpointWritten = 16 << 10, Connections = 1 }, SilentProgress.Instance)
            .InstallAsync(plan ?? Plan, TestContext.Current.CancellationToken);

    /// <summary>Fails unless the release that runs boots, and every entry has its whole release: none of them would be started in vain.</summary>
    /// <returns>The releases that boot, the preferred one first.</returns>
    public IReadOnlyList<ReleaseVersion> RequireBootable(byte[] disk, IReadOnlyDictionary<string, byte[]> files)
    {
        var table = GptTable.Read(ByteSource.FromMemory(disk, "disk"));
        List<BootEntryName> entries = [];
        foreach (var (path, uki) in files.Where(file => file.Key.EndsWith(".efi", StringComparison.Ordinal)))
        {
            Assert.True(BootEntryName.TryParse(path[(path.LastIndexOf('/') + 1)..], out var entry), path);
            Assert.True(uki.AsSpan().SequenceEqual(Part(entry.Version, PartRole.Uki)), $"{path} is not the UKI of its release");
            var (usr, tree) = RootHashIds.Of(Manifest(entry.Version).RootHash);
            RequirePart(usr, PartRole.Usr, entry.Version);
            RequirePart(tree, PartRole.UsrVerity, entry.Version);
            entries.Add(entry);
        }

        var versions = BootEntryName.InBootOrder(entries).Select(entry => entry.Version).ToList();
        Assert.Contains(Running, versions);
        return versions;

        void RequirePart(Guid id, PartRole role, ReleaseVersion version)
        {
            var partition = Assert.Single(table.Partitions, partition => partition.Id == id);
            var part = Part(version, role);
            Assert.True(disk.AsSpan((int)partition.Offset, part.Length).SequenceEqual(part), $"the {role} of {version} is damaged, and an entry starts it");
        }
    }

    public void Dispose()
    {
        repository.Dispose();
        folder.Dispose();
    }

    public async Task<UpdatePlan> PlanAsync(ReleaseVersion version)
    {
        var installed = new InstalledRelease
        {
            Edition = "core",
            Architecture = "x86-64",
            Version = Running,
            Parts = new[] { PartRole.Usr, PartRole.Uki }.ToDictionary(role => role, role => new InstalledPart(ByteSource.FromMemory(Part(Running, role), "installed"), Manifest(Running).Find(role)!.Sha256)),
        };
        return await new UpdatePlanner(Store).PlanAsync(Manifest(version), deliveries[version], installed, null, TestContext.Current.CancellationToken);
    }

    private static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    private void Fill(byte[] disk, int first, ReleaseVersion version)
    {
        var partitions = GptTable.Read(ByteSource.FromMemory(disk, "disk")).Partitions;
        Part(version, PartRole.Usr).CopyTo(disk, partitions[first].Offset);
        Part(version, PartRole.UsrVerity).CopyTo(disk, partitions[first + 1].Offset);
    }

    private async Task<ReleaseDirectory> MakeAsync(ReleaseVersion version)
    {
        var path = Directory.CreateDirectory(folder[version.ToString()]).FullName;

        // Most of a release is what the one before has, too.
        var image = Bytes(1, Blocks * 4096);
        Bytes(version.Day, 6 * 4096).CopyTo(image, 5 * 4096);
        var uki = Bytes(2, 40_000);
        Bytes(version.Day, 9_000).CopyTo(uki, 10_000);
        using var tree = new MemoryStream();
        var verity = new VerityTree(new VeritySuperblock(new Guid("00000000-0000-4000-8000-000000000002"), Blocks, new byte[32]), tree);
        verity.Append(image);
        var rootHash = Convert.ToHexStringLower(verity.Finish());
        (PartRole Role, string File, byte[] Content)[] parts =
        [
            (PartRole.Usr, $"{Id}_{version}_usr-x86-64.erofs", image),
            (PartRole.UsrVerity, $"{Id}_{version}_usr-verity-x86-64.verity", tree.ToArray()),
            (PartRole.Uki, $"{Id}_{version}-x86-64.efi", uki),
            (PartRole.Packages, PackageList.FileName, new PackageList { Packages = [] }.ToJson()),
        ];
        foreach (var part in parts)
        {
            await File.WriteAllBytesAsync(Path.Combine(path, part.File), part.Content, TestContext.Current.CancellationToken);
        }

        await new ReleaseManifest
        {
            Id = Id, Edition = "core", Version = version, Architecture = "x86-64", Base = "debian", Suite = "forky",
            LockfileSha256 = new string('a', 64), SourceDateEpoch = 1, RootHash = rootHash,
            Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = [.. parts.Select(part => new ReleasePart { Role = part.Role, File = part.File, Size = part.Content.Length, Sha256 = Sha256Digest.Of(part.Content) })],
        }.WriteAsync(Path.Combine(path, ReleaseManifest.FileName), TestContext.Current.CancellationToken);
        return ReleaseDirectory.Open(path);
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
