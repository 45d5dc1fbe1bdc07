// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Bases;
using Banana.Formats.Erofs;
using Banana.Formats.Gpt;
using Banana.Formats.Pe;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Tests.Integration.Builds;

/// <summary>A release of core, built once, looked at from all sides, then built again with one file changed.</summary>
public sealed class BuildTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_release_is_whole_hermetic_and_described_and_a_change_repeats_only_what_depends_on_it()
    {
        using var machine = await MakersMachine.CreateAsync();

        // No mirror anywhere: the pool and the lockfile are all that a build needs.
        await File.WriteAllTextAsync(Path.Combine(machine.Home, "banana.local.yaml"), "mirrors:\n  debian: http://127.0.0.1:9/debian\n", Token);
        var folder = await machine.BuildAsync();
        var release = ReleaseDirectory.Open(folder);
        await release.VerifyAsync(SilentProgress.Instance, Token);
        await PackagesAreThoseOfTheLockfileAsync(machine, release);
        await TheBillOfMaterialsNamesThemAsync(folder, release);
        UsrIsHermetic(release);
        TheDiskHoldsTheParts(release);

        var before = release.Manifest;
        await File.WriteAllTextAsync(Path.Combine(machine.Home, "os/overlay/system/etc/motd"), "changed\n", Token);
        var again = await machine.RunAsync("build", "--incremental", "--output", machine.Output, "--json");
        Assert.Equal(0, again.ExitCode);
        using var json = JsonDocument.Parse(again.Output);
        var cached = json.RootElement.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("cached").GetBoolean()).Select(step => step.GetProperty("name").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal(["initrd", "programs", "tree", "trim"], cached);
        var after = ReleaseDirectory.Open(folder);
        Assert.NotEqual(before.RootHash, after.Manifest.RootHash);
        using var image = Usr(after);
        Assert.Equal("changed\n", ReadText(image, "share/factory/etc/motd"));
    }

    [Fact]
    public async Task Bad_input_is_one_line_with_its_exit_code()
    {
        using var machine = await MakersMachine.CreateAsync();

        await ExpectAsync(machine, ExitCode.Usage, "'1.2.3' is no version", "build", "--version-id", "1.2.3");
        await ExpectAsync(machine, ExitCode.BadInput, "'cor'", "build", "--edition", "cor");

        var manifest = Path.Combine(machine.Output, "core", "20300101.1", ReleaseManifest.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(manifest)!);
        await File.WriteAllTextAsync(manifest, "{\"format\": 99}\n", Token);
        await ExpectAsync(machine, ExitCode.NewerFormat, "was written by a newer Banana", "build", "--version-id", "20300101.1", "--output", machine.Output);

        var edition = Path.Combine(machine.Home, "os/packages/console.yaml");
        await File.WriteAllTextAsync(edition, (await File.ReadAllTextAsync(edition, Token)).Replace("- nano", "- nano-that-is-not", StringComparison.Ordinal), Token);
        await ExpectAsync(machine, ExitCode.BadInput, "run 'banana lock core --update'", "build");

        var lockfile = Path.Combine(machine.Home, "os/locks/core.lock.json");
        File.Delete(lockfile);
        await ExpectAsync(machine, ExitCode.BadInput, "there is no lockfile for core yet", "build");
        machine.AssertNothingHalfMade();
    }

    private static async Task ExpectAsync(MakersMachine machine, ExitCode code, string says, params string[] arguments)
    {
        var result = await machine.RunAsync(arguments);
        var line = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.Equal((int)code, result.ExitCode);
        Assert.Empty(result.Output);
    }

    private static async Task PackagesAreThoseOfTheLockfileAsync(MakersMachine machine, ReleaseDirectory release)
    {
        var lockfile = await LockfileJson.ReadAsync(Path.Combine(machine.Home, "os/locks/core.lock.json"), Token);
        var packages = release.ReadPackages()!.Packages;
        Assert.Equal(lockfile!.Packages.Select(p => (p.Name, p.Version)).Order(), packages.Select(p => (p.Name, p.Version)).Order());
        Assert.All(packages, package => Assert.NotEmpty(package.License));
        Assert.True(packages.Count(package => package.License != "NOASSERTION") > packages.Count / 3, "most packages have lost their licence");
        Assert.Equal(LockfileJson.DigestOf(lockfile), release.Manifest.LockfileSha256);
        using var image = Usr(release);
        Assert.Equal(await File.ReadAllTextAsync(release.Require(PartRole.Packages), Token), ReadText(image, PackageList.PathInImage));
    }

    private static async Task TheBillOfMaterialsNamesThemAsync(string folder, ReleaseDirectory release)
    {
        await using var stream = File.OpenRead(Path.Combine(folder, "sbom.spdx.json"));
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: Token);
        var names = document.RootElement.GetProperty("packages").EnumerateArray().Select(package => package.GetProperty("name").GetString()).ToHashSet(StringComparer.Ordinal);
        Assert.All(release.ReadPackages()!.Packages, package => Assert.Contains(package.Name, names));
    }

    private static void UsrIsHermetic(ReleaseDirectory release)
    {
        using var image = Usr(release);
        var paths = image.Walk(Token).Select(entry => entry.Path.TrimStart('/')).ToHashSet(StringComparer.Ordinal);
        foreach (var needed in new[] { "lib/os-release", "lib/sysusers.d/00-banana-ids.conf", "lib/tmpfiles.d/zz-banana-var.conf", "share/factory/etc/passwd", "share/factory/etc/ld.so.cache", "lib/udev/hwdb.bin", "bin/bash" })
        {
            Assert.Contains(needed, paths);
        }

        foreach (var unwanted in new[] { "bin/dpkg", "bin/apt-get", "bin/perl", "share/factory/etc/machine-id", "share/factory/etc/hostname", "share/factory/etc/resolv.conf", "share/factory/etc/passwd-", "share/factory/etc/shadow-", "share/factory/var/lib/dpkg/status" })
        {
            Assert.DoesNotContain(unwanted, paths);
        }

        Assert.DoesNotContain(paths, path => path.Contains("__pycache__", StringComparison.Ordinal) || path.EndsWith("/vmlinuz", StringComparison.Ordinal) || path.Contains("alternatives/", StringComparison.Ordinal));
        Assert.Contains($"IMAGE_VERSION=\"{release.Manifest.Version}\"", ReadText(image, "lib/os-release"), StringComparison.Ordinal);
        Assert.Contains("RELEASE_INDEX=\"1\"", ReadText(image, "lib/os-release"), StringComparison.Ordinal);
        Assert.Equal("../lib/banana/bananad", image.ReadLink(image.Find("bin/bananactl")!));
        Assert.Equal("755", Convert.ToString(image.Find("lib/banana/bananad")!.Permissions, 8));
        Assert.Contains("u root 0:0", ReadText(image, "lib/sysusers.d/00-banana-ids.conf"), StringComparison.Ordinal);
    }

    private static void TheDiskHoldsTheParts(ReleaseDirectory release)
    {
        using var file = ByteSource.OpenFile(release.Require(PartRole.Disk));
        var disk = GptTable.Read(file);
        var slots = disk.Partitions.Where(partition => partition.Type == GptPartitionType.UsrX8664).ToList();
        Assert.Equal([$"banana_{release.Manifest.Version}", "_empty"], slots.Select(slot => slot.Label));
        Assert.Equal(release.Manifest.RootHash[..32], slots[0].Id.ToString("N"));
        Assert.Equal(16L << 20, disk.Partitions.Single(partition => partition.Label == "banana-state").Size);
        Assert.True(disk.Partitions.Single(partition => partition.Type == GptPartitionType.Esp).Size >= 1L << 30);
        using var uki = ByteSource.OpenFile(release.Require(PartRole.Uki));
        Assert.StartsWith($"usrhash={release.Manifest.RootHash} ", PeImage.Read(uki).ReadText(PeImage.CommandLineSection), StringComparison.Ordinal);
    }

    private static ErofsImage Usr(ReleaseDirectory release) => ErofsImage.Open(release.Require(PartRole.Usr));

    private static string ReadText(ErofsImage image, string path) => System.Text.Encoding.UTF8.GetString(image.ReadAll(image.Find(path) ?? throw new InvalidOperationException($"no {path} in the image"), 1 << 24));
}
