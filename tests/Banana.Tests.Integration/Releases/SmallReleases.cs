// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;
using Banana.Releases.Publishing;
using Banana.Releases.Stores;
using Banana.Tests.Integration.Tools;
using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;
using Banana.Tuf.Repository;

namespace Banana.Tests.Integration.Releases;

/// <summary>
/// Three releases as the forge writes them, of a few megabytes: an image of the real mkfs.erofs, the hash tree of the real veritysetup,
/// bytes in the place of a UKI (the same in the first two), and a package list. Made once for the tests of a class.
/// </summary>
public sealed class SmallReleases : IAsyncLifetime
{
    /// <summary>The versions, the oldest first; the tenth of a day is newer than the ninth.</summary>
    public static readonly IReadOnlyList<string> Versions = ["20261121.9", "20261121.10", "20261122.1"];

    private readonly TemporaryFolder folder = new();

    /// <summary>The folder, which the tests may use too; directly below /tmp, for the sockets of gpg.</summary>
    public string Folder => folder.Path;

    /// <summary>The keys of root, targets, snapshot and timestamp.</summary>
    public IReadOnlyList<PrivateKey> Keys { get; } = [.. RoleNames.TopLevel.Select(_ => PrivateKey.Generate(KeyKind.Ed25519))];

    /// <summary>The folder of a release.</summary>
    public string PathOf(string version) => folder.Combine("out", version);

    public async ValueTask InitializeAsync()
    {
        var trees = new List<Task>();
        for (var i = 0; i < Versions.Count; i++)
        {
            trees.Add(MakeAsync(i));
        }

        await Task.WhenAll(trees);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var key in Keys)
        {
            key.Dispose();
        }

        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Metadata for a new repository, signed by the root key.</summary>
    public TufRepository Begin()
    {
        var repository = TufRepository.Create(RoleNames.TopLevel.Zip(Keys).ToDictionary(pair => pair.First, pair => ((IReadOnlyList<PublicKey>)[pair.Second.Public], 1), StringComparer.Ordinal), TimeProvider.System);
        repository.Accept(repository.ProposeRoot(root => root).Sign(Keys[0]));
        return repository;
    }

    /// <summary>Publishes as <c>banana publish</c> does, with the compressors of the workbench.</summary>
    internal async Task<PublishReport> PublishAsync(IReleaseStore store, string version, Func<byte[], CancellationToken, Task<byte[]>>? sign = null) =>
        await new Publisher(SilentProgress.Instance, TimeProvider.System).PublishAsync(
            ReleaseDirectory.Open(PathOf(version)),
            store,
            Begin,
            new PublishOptions { Channel = "testing", Keys = Keys, Libraries = ClusterLibraries.Of((await WorkbenchTools.WorkbenchAsync()).Root), PatchLevel = 3, SignChecksums = sign },
            TestContext.Current.CancellationToken);

    // Text that compresses, with some lines of its own in each release.
    private static byte[] Text(int seed, int length, int edits)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 100);
        for (var line = 0; text.Length < length; line++)
        {
            text.Append(random.Next(5000).ToString("x")).Append(line % 997 < edits ? $" edit {edits}\n" : line % 7 == 0 ? "\n" : " ");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private async Task MakeAsync(int number)
    {
        var (version, release, tree) = (Versions[number], PathOf(Versions[number]), folder.Combine("tree-" + Versions[number]));
        Directory.CreateDirectory(release);
        Directory.CreateDirectory(Path.Combine(tree, "lib"));
        for (var i = 0; i < 12; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(tree, "lib", $"same-{i}"), Text(i, 200_000, 0));
            await File.WriteAllBytesAsync(Path.Combine(tree, "lib", $"changed-{i}"), Text(100 + i, 60_000, number));
        }

        var image = Path.Combine(release, $"banana_{version}_usr-x86-64.erofs");
        var verity = Path.Combine(release, $"banana_{version}_usr-verity-x86-64.verity");
        var hash = folder.Combine($"roothash-{version}");
        await WorkbenchTools.RunAsync(
            folder.Path, "mkfs.erofs", ["--quiet", "-zzstd,level=3", "-C65536", "-b4096", "-E^inline_data", "-T1790000000", "--all-time", "-U6ba7b810-9dad-11d1-80b4-00c04fd430c8", image, tree], CancellationToken.None);
        await WorkbenchTools.RunAsync(
            folder.Path, "veritysetup", ["format", image, verity, "--salt=00112233445566778899aabbccddeeff", "--uuid=6ba7b810-9dad-11d1-80b4-00c04fd430c9", $"--root-hash-file={hash}"], CancellationToken.None);
        await File.WriteAllBytesAsync(Path.Combine(release, $"banana_{version}-x86-64.efi"), Text(900 + (number / 2), 900_000, 0));
        var packages = new PackageList { Packages = [new() { Name = "curl", Version = version, Architecture = "amd64", License = "curl", Source = $"curl {version}" }] };
        await File.WriteAllBytesAsync(Path.Combine(release, PackageList.FileName), packages.ToJson());
        await SealAsync(release, version, (await File.ReadAllTextAsync(hash)).Trim());
    }

    private static async Task SealAsync(string release, string version, string rootHash)
    {
        var parts = new List<ReleasePart>();
        foreach (var (role, file) in new[]
        {
            (PartRole.Usr, $"banana_{version}_usr-x86-64.erofs"), (PartRole.UsrVerity, $"banana_{version}_usr-verity-x86-64.verity"),
            (PartRole.Uki, $"banana_{version}-x86-64.efi"), (PartRole.Packages, PackageList.FileName),
        })
        {
            var path = Path.Combine(release, file);
            parts.Add(new() { Role = role, File = file, Size = new FileInfo(path).Length, Sha256 = await Sha256Digest.OfFileAsync(path, CancellationToken.None) });
        }

        var manifest = new ReleaseManifest
        {
            Id = "banana", Edition = "core", Version = ReleaseVersion.Parse(version), Architecture = "x86-64", Base = "debian", Suite = "forky",
            LockfileSha256 = new string('a', 64), SourceDateEpoch = 1790000000, RootHash = rootHash,
            Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = parts,
        };
        await manifest.WriteAsync(Path.Combine(release, ReleaseManifest.FileName), CancellationToken.None);
    }
}
