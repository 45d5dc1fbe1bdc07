// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Tests.Unit.Formats.Release;

public sealed class ReleaseDirectoryTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("banana-release-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task OpensAndVerifiesAWholeRelease()
    {
        await WriteReleaseAsync();
        var release = ReleaseDirectory.Open(directory);
        Assert.Equal(new ReleaseVersion(20261121, 3), release.Manifest.Version);
        Assert.Equal(2, release.ReadPackages()!.Packages.Count);
        Assert.Null(release.PathOf(PartRole.Disk));
        await release.VerifyAsync(SilentProgress.Instance, Cancellation);
    }

    [Fact]
    public async Task NamesEveryMissingAndShortPart()
    {
        await WriteReleaseAsync();
        File.Delete(Path.Combine(directory, "usr.erofs"));
        await File.AppendAllTextAsync(Path.Combine(directory, "packages.json"), " ", Cancellation);
        var error = Assert.Throws<BananaException>(() => ReleaseDirectory.Open(directory));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("usr.erofs is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("packages.json has ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChangedPartIsUntrusted()
    {
        await WriteReleaseAsync();
        await File.WriteAllTextAsync(Path.Combine(directory, "usr.erofs"), "imagE", Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => ReleaseDirectory.Open(directory).VerifyAsync(SilentProgress.Instance, Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("usr.erofs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryWithoutAManifestIsNoRelease()
    {
        var error = Assert.Throws<BananaException>(() => ReleaseDirectory.Open(directory));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("manifest.json", error.Message, StringComparison.Ordinal);
        Assert.Throws<BananaException>(() => ReleaseDirectory.Open(Path.Combine(directory, "none")));
    }

    private async Task WriteReleaseAsync()
    {
        await Samples.Packages.WriteAsync(Path.Combine(directory, "packages.json"), Cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, "usr.erofs"), "image", Cancellation);
        List<ReleasePart> parts = [];
        foreach (var (role, file) in new[] { (PartRole.Usr, "usr.erofs"), (PartRole.Packages, "packages.json") })
        {
            var path = Path.Combine(directory, file);
            parts.Add(new() { Role = role, File = file, Size = new FileInfo(path).Length, Sha256 = await Sha256Digest.OfFileAsync(path, Cancellation) });
        }

        await (Samples.Manifest with { Parts = parts }).WriteAsync(Path.Combine(directory, ReleaseManifest.FileName), Cancellation);
    }
}
