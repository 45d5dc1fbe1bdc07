// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Release;
using Banana.Foundation.Hashing;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Diff;

/// <summary>Makes small releases to compare.</summary>
internal static class ReleaseBuilder
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The tree that the others differ from.</summary>
    public static string MakeTree(TemporaryFolder folder, string name)
    {
        var tree = folder.Combine(name);
        foreach (var (path, content) in new[]
        {
            ("bin/bash", new string('b', 100_000)), ("bin/same", "the same"), ("lib/gone", new string('g', 3000)), ("lib/os-release", "VERSION=1\n"),
            ("share/mode", "m"), ("share/owner", "o"), ("share/kind", "k"), ("share/size", "12345"), ("share/xattr", "x"),
        })
        {
            Write(tree, path, content);
        }

        File.CreateSymbolicLink(Path.Combine(tree, "bin/sh"), "bash");
        WritePackages(tree, ("bash", "5.3-1"), ("gone", "1"), ("linux", "7.2.11"), ("same", "2"));
        return tree;
    }

    public static void Write(string tree, string path, string content)
    {
        var full = Path.Combine(tree, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        Posix.SetMode(full, 0x1A4);
    }

    public static void WritePackages(string tree, params IEnumerable<(string Name, string Version)> packages) =>
        Write(tree, PackageList.PathInImage, Encoding.UTF8.GetString(Packages(packages).ToJson()));

    public static Task MakeImageAsync(TemporaryFolder folder, string tree, string image, params IEnumerable<string> options) =>
        WorkbenchTools.RunAsync(folder.Path, "mkfs.erofs", [.. options, "-T1790000000", "--all-time", "-U", "00000000-0000-4000-8000-000000000001", "--quiet", image, tree], Cancellation);

    /// <summary>Makes a release directory of a tree, with a UKI that is no UKI and a package list.</summary>
    public static async Task<string> MakeReleaseAsync(TemporaryFolder folder, string name, string tree, ReleaseVersion version, params IEnumerable<string> options)
    {
        var release = Directory.CreateDirectory(folder.Combine(name)).FullName;
        await MakeImageAsync(folder, tree, Path.Combine(release, "usr.erofs"), ["-zzstd,3", "-C65536", .. options]);
        await File.WriteAllTextAsync(Path.Combine(release, "esp.img"), "esp", Cancellation);
        File.Copy(Path.Combine(tree, PackageList.PathInImage), Path.Combine(release, PackageList.FileName));
        await SealAsync(release, version);
        return release;
    }

    /// <summary>Writes the manifest of what is in a release directory.</summary>
    public static async Task SealAsync(string release, ReleaseVersion version)
    {
        List<ReleasePart> parts = [];
        foreach (var (role, file) in new[] { (PartRole.Usr, "usr.erofs"), (PartRole.Uki, "uki.efi"), (PartRole.Esp, "esp.img"), (PartRole.Disk, "disk.raw"), (PartRole.Packages, PackageList.FileName) })
        {
            if (Path.Combine(release, file) is var path && File.Exists(path))
            {
                parts.Add(new() { Role = role, File = file, Size = new FileInfo(path).Length, Sha256 = await Sha256Digest.OfFileAsync(path, Cancellation) });
            }
        }

        var manifest = new ReleaseManifest
        {
            Id = "banana",
            Edition = "core",
            Version = version,
            Architecture = "x86-64",
            Base = "debian",
            Suite = "forky",
            LockfileSha256 = new string('a', 64),
            SourceDateEpoch = 1790000000,
            RootHash = new string('b', 64),
            Image = new() { BlockSize = 4096, Compressor = "zstd,3", ClusterSize = 65536, MkfsVersion = "1.9.4" },
            Parts = parts,
        };
        await manifest.WriteAsync(Path.Combine(release, ReleaseManifest.FileName), Cancellation);
    }

    private static PackageList Packages(IEnumerable<(string Name, string Version)> packages) => new()
    {
        Packages = [.. packages.Select(package => new ReleasePackage { Name = package.Name, Version = package.Version, Architecture = "amd64", License = "MIT", Source = package.Name })],
    };
}
