// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Forge.Diff;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Diff;

public sealed class DiffTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryKindOfDifferenceIsFound()
    {
        var (a, b) = await MakePairAsync();
        using var sideA = DiffSide.Open(a);
        using var sideB = DiffSide.Open(b);
        var diff = await ReleaseComparer.CompareAsync(sideA, sideB, SilentProgress.Instance, Cancellation);

        Assert.False(diff.Identical);
        Assert.Equal(["gone: 1 → ", "linux: 7.2.11 → 7.2.12", "new:  → 0.1"], diff.Packages!.Changes.Select(change => $"{change.Name}: {change.VersionA} → {change.VersionB}"));
        Assert.Equal(
            [
                "Changed bin/bash content 100000 100000",
                "Changed bin/sh target  ",
                "Removed lib/gone  3000 ",
                "Added lib/new   10",
                "Changed share/banana/packages.json content " + diff.Files.Changes.Single(change => change.Path.EndsWith("packages.json", StringComparison.Ordinal)) switch { var change => $"{change.SizeA} {change.SizeB}" },
                "Added share/folder   ",
                "Changed share/kind type 1 ",
                "Changed share/mode mode 1 1",
                "Changed share/owner owner 1 1",
                "Changed share/size content 5 3",
                "Changed share/xattr xattrs 1 1",
            ],
            diff.Files.Changes.Select(change => $"{change.Change} {change.Path} {string.Join(",", change.What)} {change.SizeA} {change.SizeB}"));
        Assert.Equal(new FileTotal(2, 10), diff.Files.Added);
        Assert.Equal(new FileTotal(1, 3000), diff.Files.Removed);
        Assert.Equal(8, diff.Files.Changed.Count);
        Assert.Equal(diff.Files.TotalB.Count, diff.Files.Same.Count + diff.Files.Changed.Count + diff.Files.Added.Count);
        Assert.Equal([("usr", (bool?)false), ("esp", true), ("packages", false)], diff.Parts.Select(part => (part.Name, part.Identical)));
    }

    [Fact]
    public async Task TheSameFilesPackedInAnotherWayAreNoFileChanges()
    {
        var tree = ReleaseBuilder.MakeTree(folder, "tree");
        foreach (var (name, options) in new[] { ("a", "-zzstd"), ("b", "-zlz4hc"), ("c", "-Enoinline_data") })
        {
            await ReleaseBuilder.MakeImageAsync(folder, tree, folder.Combine($"{name}.erofs"), options);
        }

        foreach (var other in new[] { "b", "c" })
        {
            using var sideA = DiffSide.Open(folder.Combine("a.erofs"));
            using var sideB = DiffSide.Open(folder.Combine($"{other}.erofs"));
            var diff = await ReleaseComparer.CompareAsync(sideA, sideB, SilentProgress.Instance, Cancellation);
            Assert.True(diff.Identical);
            Assert.NotNull(diff.Packages);
            Assert.Equal(diff.Files.TotalA, diff.Files.Same);
        }
    }

    [Fact]
    public async Task TheCommandPrintsAReportAndJsonAndExitsWithTheRightCode()
    {
        var (a, b) = await MakePairAsync();
        var (report, _) = await BananaAsync(ExitCode.Success, a, b);
        Assert.Equal("core 20261120.1 → core 20261121.1", report.Split('\n')[0]);
        Assert.Contains("Packages  1 added, 1 removed, 1 changed (4 → 4)", report, StringComparison.Ordinal);
        Assert.Contains("~ linux  7.2.11 → 7.2.12", report, StringComparison.Ordinal);
        Assert.Contains("Files     2 added (10 B), 1 removed (2.9 KiB), 8 changed", report, StringComparison.Ordinal);
        Assert.Contains("~ share/size", report, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', report);

        var (two, _) = await BananaAsync(ExitCode.Success, a, b, "--files", "2");
        Assert.Contains("… 9 smaller ones", two, StringComparison.Ordinal);
        Assert.Contains("bin/bash", two, StringComparison.Ordinal);
        Assert.DoesNotContain("share/mode", two, StringComparison.Ordinal);
        await BananaAsync(ExitCode.Different, a, b, "--exit-code", "--files", "all");
        await BananaAsync(ExitCode.Success, a, a, "--exit-code");
        await BananaAsync(ExitCode.Usage, a, b, "--files", "many");

        var (json, _) = await BananaAsync(ExitCode.Different, a, b, "--json", "--exit-code");
        using var document = JsonDocument.Parse(json);
        Assert.Equal(1, document.RootElement.GetProperty("format").GetInt32());
        Assert.Equal("20261121.1", document.RootElement.GetProperty("b").GetProperty("version").GetString());
        Assert.Equal("changed", document.RootElement.GetProperty("files").GetProperty("changes")[0].GetProperty("change").GetString());
    }

    [Fact]
    public async Task DisksAreReadThroughTheirPartitionInUse()
    {
        var (a, b) = await MakePairAsync();
        var definitions = Directory.CreateDirectory(folder.Combine("repart.d")).FullName;
        await File.WriteAllTextAsync(Path.Combine(definitions, "10-free.conf"), "[Partition]\nType=usr-x86-64\nLabel=_empty\nSizeMinBytes=1M\nSizeMaxBytes=1M\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(definitions, "20-usr.conf"), $"[Partition]\nType=usr-x86-64\nLabel=banana_20261121.1\nCopyBlocks={Path.Combine(b, "usr.erofs")}\n", Cancellation);
        var disk = folder.Combine("disk.raw");
        await WorkbenchTools.RunAsync(folder.Path, "systemd-repart", ["--empty=create", "--size=auto", "--offline=yes", "--dry-run=no", $"--definitions={definitions}", disk], Cancellation);

        await BananaAsync(ExitCode.Success, disk, Path.Combine(b, "usr.erofs"), "--exit-code");
        var (report, _) = await BananaAsync(ExitCode.Different, a, disk, "--exit-code");
        Assert.Contains("~ linux  7.2.11 → 7.2.12", report, StringComparison.Ordinal);

        await using (var file = File.OpenWrite(disk))
        {
            file.SetLength(file.Length / 2);
        }

        var (_, error) = await BananaAsync(ExitCode.BadInput, a, disk);
        Assert.Contains("disk.raw", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadInputIsOneLineWithTheRightCode()
    {
        var (a, _) = await MakePairAsync();
        var image = Path.Combine(a, "usr.erofs");
        var bytes = await File.ReadAllBytesAsync(image, Cancellation);
        await AssertLineAsync(ExitCode.BadInput, "truncated", await WriteAsync("cut.erofs", bytes[..^4096]));
        await AssertLineAsync(ExitCode.BadInput, "the file is empty", await WriteAsync("empty.erofs", []));
        await AssertLineAsync(ExitCode.BadInput, "no erofs image", await WriteAsync("text", [.. Enumerable.Repeat((byte)'x', 9000)]));
        await AssertLineAsync(ExitCode.BadInput, "manifest.json", Directory.CreateDirectory(folder.Combine("nothing")).FullName);
        await AssertLineAsync(ExitCode.BadInput, "no such file", folder.Combine("nowhere"));

        // The contents of the largest file are overwritten: the superblock is sound, a cluster is not.
        var broken = (byte[])bytes.Clone();
        Array.Fill<byte>(broken, 0xAA, 4096, bytes.Length - 4096 - 4096);
        await AssertLineAsync(ExitCode.BadInput, "corrupt", await WriteAsync("broken.erofs", broken));

        var manifest = Path.Combine(a, ReleaseManifest.FileName);
        var text = await File.ReadAllTextAsync(manifest, Cancellation);
        await File.WriteAllTextAsync(manifest, text.Replace("\"format\": 1", "\"format\": 9", StringComparison.Ordinal), Cancellation);
        await AssertLineAsync(ExitCode.NewerFormat, "format 9", a);
        await File.WriteAllTextAsync(manifest, text, Cancellation);
        File.Delete(image);
        await AssertLineAsync(ExitCode.BadInput, "usr.erofs is missing", a);

        async Task<string> WriteAsync(string name, byte[] content)
        {
            await File.WriteAllBytesAsync(folder.Combine(name), content, Cancellation);
            return folder.Combine(name);
        }
    }

    [Fact]
    public async Task TheFirstDifferenceOfTwoBuildsIsNamed()
    {
        var tree = ReleaseBuilder.MakeTree(folder, "tree");
        var version = new ReleaseVersion(20261121, 1);
        var a = await ReleaseBuilder.MakeReleaseAsync(folder, "a", tree, version);
        var b = await ReleaseBuilder.MakeReleaseAsync(folder, "b", tree, version);
        Assert.Null(await FirstDifference.FindAsync(a, b, Cancellation));

        await File.WriteAllTextAsync(Path.Combine(b, "esp.img"), "esP", Cancellation);
        await ReleaseBuilder.SealAsync(b, version);
        Assert.Equal("esp.img: differs at byte 2", (await FirstDifference.FindAsync(a, b, Cancellation))!.ToString());

        await File.WriteAllTextAsync(Path.Combine(a, "uki.efi"), "no UKI", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(b, "uki.efi"), "no UKi", Cancellation);
        await ReleaseBuilder.SealAsync(a, version);
        await ReleaseBuilder.SealAsync(b, version);
        Assert.Equal("uki.efi: differs at byte 5 (this is no PE file: it is too short)", (await FirstDifference.FindAsync(a, b, Cancellation))!.ToString());

        ReleaseBuilder.Write(tree, "lib/os-release", "VERSION=2\n");
        ReleaseBuilder.Write(tree, "share/size", "54321");
        var c = await ReleaseBuilder.MakeReleaseAsync(folder, "c", tree, version);
        Assert.StartsWith("usr.erofs: file /lib/os-release differs in content (and 1 more); the image differs at byte ", (await FirstDifference.FindAsync(a, c, Cancellation))!.ToString(), StringComparison.Ordinal);

        var d = await ReleaseBuilder.MakeReleaseAsync(folder, "d", tree, version, "-L", "other");
        Assert.Contains("the files are the same, but lie differently", (await FirstDifference.FindAsync(c, d, Cancellation))!.What, StringComparison.Ordinal);

        File.Copy(Path.Combine(a, "uki.efi"), Path.Combine(b, "uki.efi"), overwrite: true);
        File.Copy(Path.Combine(a, "esp.img"), Path.Combine(b, "esp.img"), overwrite: true);
        await ReleaseBuilder.SealAsync(b, new(20261121, 2));
        Assert.Equal("manifest.json", (await FirstDifference.FindAsync(a, b, Cancellation))!.Part);
    }

    private async Task<(string A, string B)> MakePairAsync()
    {
        var tree = ReleaseBuilder.MakeTree(folder, "tree-a");
        var a = await ReleaseBuilder.MakeReleaseAsync(folder, "release-a", tree, new(20261120, 1));
        tree = ReleaseBuilder.MakeTree(folder, "tree-b");
        ReleaseBuilder.Write(tree, "bin/bash", new string('b', 99_999) + "c");
        File.Delete(Path.Combine(tree, "bin/sh"));
        File.CreateSymbolicLink(Path.Combine(tree, "bin/sh"), "dash");
        File.Delete(Path.Combine(tree, "lib/gone"));
        ReleaseBuilder.Write(tree, "lib/new", "0123456789");
        Directory.CreateDirectory(Path.Combine(tree, "share/folder"));
        File.Delete(Path.Combine(tree, "share/kind"));
        Directory.CreateDirectory(Path.Combine(tree, "share/kind"));
        Posix.SetMode(Path.Combine(tree, "share/mode"), 0x9ED);
        UnixFile.SetOwner(Path.Combine(tree, "share/owner"), 7, 0);
        ReleaseBuilder.Write(tree, "share/size", "123");
        Posix.SetXattr(Path.Combine(tree, "share/xattr"), "user.x", [1]);
        ReleaseBuilder.WritePackages(tree, ("bash", "5.3-1"), ("new", "0.1"), ("linux", "7.2.12"), ("same", "2"));
        return (a, await ReleaseBuilder.MakeReleaseAsync(folder, "release-b", tree, new(20261121, 1)));
    }

    private async Task AssertLineAsync(ExitCode code, string named, string path)
    {
        var (output, error) = await BananaAsync(code, path, path);
        Assert.Empty(output);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("banana: ", StringComparison.Ordinal));
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(path), line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static async Task<(string Output, string Error)> BananaAsync(ExitCode code, params IEnumerable<string> arguments)
    {
        var command = Command.Of("dotnet", [Path.Combine(AppContext.BaseDirectory, "banana.dll"), "diff", .. arguments]) with { AllowFailure = true };
        var result = await new ProcessRunner().RunAsync(command, Cancellation);
        Assert.True((int)code == result.ExitCode, $"{command} exited with {result.ExitCode}: {result.Error}");
        return (result.Output, result.Error);
    }
}
