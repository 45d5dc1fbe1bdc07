// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Cli.Workbenches;
using Banana.Formats.Casync.Chunking;
using Banana.Formats.Fat;
using Banana.Formats.Gpt;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Shared;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Tests.Vm.CrashStates;

/// <summary>
/// Releases of a few megabytes for the slot beside a system that runs: images of the real mkfs.erofs and veritysetup, and UKIs that say what a real
/// one says. They are published in a folder, which becomes the guest's media together with the program that installs them.
/// </summary>
internal sealed class CrashReleases(MakerEnvironment environment, string folder, CancellationToken cancellation)
{
    /// <summary>One that is older than what runs, and three that are newer.</summary>
    public static readonly IReadOnlyList<ReleaseVersion> Versions = [new(20200101, 1), new(20980101, 1), new(20980102, 1), new(20980103, 1)];

    private const int FilesOfTree = 24;

    /// <summary>The repository.</summary>
    public string Repository => Path.Combine(folder, "media", "repository");

    /// <summary>A boot loader that says it is newer than the one on the disk.</summary>
    public string Loader => Path.Combine(folder, "media", "loader.efi");

    /// <summary>The manifest of a release.</summary>
    public ReleaseManifest Manifest(ReleaseVersion version) => ReleaseManifest.Read(Path.Combine(folder, "media", $"{version}.manifest.json"));

    /// <summary>The delivery of a release.</summary>
    public ReleaseDelivery Delivery(ReleaseVersion version) => ReleaseDelivery.Parse(File.ReadAllBytes(Path.Combine(folder, "media", $"{version}.delivery.json")), "delivery.json");

    /// <summary>Makes releases, repository and media.</summary>
    /// <param name="disk">The disk with the boot loader that is to be replaced.</param>
    /// <returns>The image of the media.</returns>
    public async Task<string> MakeAsync(string disk)
    {
        var workbench = (await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, cancellation)).Enter(new Bind(folder));
        using var key = PrivateKey.Generate(KeyKind.Ed25519);
        var store = new FolderStore(Repository);
        foreach (var version in Versions)
        {
            var release = await MakeAsync(workbench, version);
            var options = new PublishOptions { Channel = "testing", Keys = [key], Libraries = ClusterLibraries.System(), PatchesFrom = 0, Chunks = new ChunkParameters(16 << 10, 64 << 10, 256 << 10) };
            var published = await new Publisher(SilentProgress.Instance, TimeProvider.System).PublishAsync(release, store, () => Begin(key), options, cancellation);
            await File.WriteAllBytesAsync(Path.Combine(folder, "media", $"{version}.delivery.json"), published.Delivery.ToJson(), cancellation);
            await release.Manifest.WriteAsync(Path.Combine(folder, "media", $"{version}.manifest.json"), cancellation);
        }

        await MakeLoaderAsync(disk);
        CopyProgram(Path.Combine(folder, "media"));
        var media = Path.Combine(folder, "media.erofs");
        await workbench.RunAsync(Command.Of("mkfs.erofs", "--quiet", media, Path.Combine(folder, "media")), cancellation);
        return media;
    }

    // The same program, with a 9 for the first figure of its version.
    private async Task MakeLoaderAsync(string path)
    {
        using var disk = ByteSource.OpenFile(path);
        var table = GptTable.Read(disk);
        var esp = FatVolume.Read(table.Open(table.Partitions.First(partition => partition.Type == GptPartitionType.Esp)));
        using var file = esp.Open(esp.Find("EFI/BOOT/BOOTX64.EFI")!);
        var loader = new byte[file.Length];
        file.Read(0, loader);
        var words = "#### LoaderInfo: systemd-boot "u8;
        loader[loader.AsSpan().IndexOf(words) + words.Length] = (byte)'9';
        await File.WriteAllBytesAsync(Loader, loader, cancellation);
    }

    // This machine's .NET and what it needs that a small system lacks.
    private static void CopyProgram(string media)
    {
        var shared = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var dotnet = Path.GetFullPath(Path.Combine(shared, "../../.."));
        CopyFolder(shared, Path.Combine(media, "dotnet", "shared", "Microsoft.NETCore.App", Path.GetFileName(shared)));
        CopyFolder(Path.Combine(dotnet, "host"), Path.Combine(media, "dotnet", "host"));
        File.Copy(Path.Combine(dotnet, "dotnet"), Path.Combine(media, "dotnet", "dotnet"));
        Directory.CreateDirectory(Path.Combine(media, "app"));
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "Banana.*").Where(file => file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith("Guest.runtimeconfig.json", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(media, "app", Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(media, "lib"));
        foreach (var library in (ReadOnlySpan<string>)["libstdc++.so.6", "libgcc_s.so.1", "libzstd.so.1", "liblz4.so.1"])
        {
            var path = new[] { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib" }.Select(place => Path.Combine(place, library)).FirstOrDefault(File.Exists);
            if (path is not null)
            {
                File.Copy(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, Path.Combine(media, "lib", library));
            }
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static TufRepository Begin(PrivateKey key)
    {
        var repository = TufRepository.Create(RoleNames.TopLevel.ToDictionary(role => role, _ => ((IReadOnlyList<PublicKey>)[key.Public], 1), StringComparer.Ordinal), TimeProvider.System);
        repository.Accept(repository.ProposeRoot(made => made).Sign(key));
        return repository;
    }

    private static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<ReleaseDirectory> MakeAsync(Sandbox workbench, ReleaseVersion version)
    {
        var (release, tree) = (Path.Combine(folder, "releases", version.ToString()), Path.Combine(folder, "tree"));
        Directory.CreateDirectory(release);
        Directory.CreateDirectory(Path.Combine(tree, "lib"));
        for (var i = 0; i < FilesOfTree; i++)
        {
            // A quarter changes with each release.
            await File.WriteAllBytesAsync(Path.Combine(tree, "lib", $"file-{i}"), Noise(i % 4 == 0 ? version.Day + i : i, 100_000 + (i * 5000)), cancellation);
        }

        var (image, verity, hash) = (Path.Combine(release, $"banana_{version}_usr-x86-64.erofs"), Path.Combine(release, $"banana_{version}_usr-verity-x86-64.verity"), Path.Combine(folder, $"{version}.roothash"));
        await workbench.RunAsync(Command.Of("mkfs.erofs", "--quiet", "-zlz4", "-C65536", "-b4096", "-T1790000000", "--all-time", "-U6ba7b810-9dad-11d1-80b4-00c04fd430c8", image, tree), cancellation);
        await workbench.RunAsync(Command.Of("veritysetup", "format", image, verity, "--salt=00112233445566778899aabbccddeeff", "--uuid=6ba7b810-9dad-11d1-80b4-00c04fd430c9", $"--root-hash-file={hash}"), cancellation);
        var rootHash = (await File.ReadAllTextAsync(hash, cancellation)).Trim();
        var uki = PeBytes.Make(
        [
            (".osrel", Encoding.ASCII.GetBytes($"ID=banana\nNAME=\"Banana\"\nPRETTY_NAME=\"Banana Core {version}\"\nIMAGE_ID=\"banana\"\nIMAGE_VERSION=\"{version}\"\n")),
            (".cmdline", Encoding.ASCII.GetBytes($"usrhash={rootHash} rw gpt")),
            (".linux", Noise(version.Day, 900_000)),
            (".initrd", Noise(7, 700_000)),
        ]);
        await File.WriteAllBytesAsync(Path.Combine(release, $"banana_{version}-x86-64.efi"), uki, cancellation);
        await File.WriteAllBytesAsync(Path.Combine(release, PackageList.FileName), new PackageList { Packages = [] }.ToJson(), cancellation);
        List<ReleasePart> parts = [];
        foreach (var (role, path) in new[] { (PartRole.Usr, image), (PartRole.UsrVerity, verity), (PartRole.Uki, Path.Combine(release, $"banana_{version}-x86-64.efi")), (PartRole.Packages, Path.Combine(release, PackageList.FileName)) })
        {
            parts.Add(new() { Role = role, File = Path.GetFileName(path), Size = new FileInfo(path).Length, Sha256 = await Sha256Digest.OfFileAsync(path, cancellation) });
        }

        await new ReleaseManifest
        {
            Id = "banana", Edition = "core", Version = version, Architecture = "x86-64", Base = "debian", Suite = "forky",
            LockfileSha256 = new string('a', 64), SourceDateEpoch = 1790000000, RootHash = rootHash,
            Image = new() { BlockSize = 4096, Compressor = "lz4", ClusterSize = 65536, MkfsVersion = "1.9.4" }, Parts = parts,
        }.WriteAsync(Path.Combine(release, ReleaseManifest.FileName), cancellation);
        return ReleaseDirectory.Open(release);
    }
}
