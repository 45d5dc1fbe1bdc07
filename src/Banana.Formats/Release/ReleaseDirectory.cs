// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Formats.Release;

/// <summary>A directory that holds a release: the manifest and its parts.</summary>
public sealed class ReleaseDirectory
{
    private ReleaseDirectory(string path, ReleaseManifest manifest)
    {
        Path = path;
        Manifest = manifest;
    }

    /// <summary>The directory, absolute.</summary>
    public string Path { get; }

    /// <summary>What the manifest says.</summary>
    public ReleaseManifest Manifest { get; }

    /// <summary>Opens a release: reads the manifest, and checks that each part is there with its size. Contents are not read; see <see cref="VerifyAsync"/>.</summary>
    /// <exception cref="BananaException">There is no directory or no manifest, the manifest is malformed, or parts are missing or of another size (all named).</exception>
    public static ReleaseDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(path))
        {
            throw new BananaException(ExitCode.BadInput, "there is no such directory", path);
        }

        var file = System.IO.Path.Combine(path, ReleaseManifest.FileName);
        if (!File.Exists(file))
        {
            throw new BananaException(ExitCode.BadInput, $"there is no {ReleaseManifest.FileName}, so this is not a release", path, "give the folder that 'banana build' wrote a release to");
        }

        var release = new ReleaseDirectory(path, ReleaseManifest.Read(file));
        release.CheckFiles();
        return release;
    }

    /// <summary>The absolute path of a part of the manifest.</summary>
    public string PathOf(ReleasePart part) => System.IO.Path.Combine(Path, part.File);

    /// <summary>The absolute path of the part of a role, or null when the release has none.</summary>
    public string? PathOf(PartRole role) => Manifest.Find(role) is { } part ? PathOf(part) : null;

    /// <summary>The absolute path of the part of a role that the caller cannot do without.</summary>
    /// <exception cref="BananaException">The release has no such part.</exception>
    public string Require(PartRole role) => PathOf(role)
        ?? throw new BananaException(ExitCode.BadInput, $"the release has no part of the role '{NameOf(role)}'", System.IO.Path.Combine(Path, ReleaseManifest.FileName));

    /// <summary>The package list, or null when the release has none.</summary>
    public PackageList? ReadPackages() => PathOf(PartRole.Packages) is { } path ? PackageList.Read(path) : null;

    /// <summary>Hashes all parts and compares with the manifest.</summary>
    /// <exception cref="BananaException">Some part has another SHA-256 (<see cref="ExitCode.Untrusted"/>); all such parts are named.</exception>
    public async Task VerifyAsync(IProgressSink progress, CancellationToken cancellation)
    {
        using var step = progress.Begin("verify");
        var total = Manifest.Parts.Sum(part => part.Size);
        long done = 0;
        List<string> wrong = [];
        foreach (var part in Manifest.Parts)
        {
            if (await Sha256Digest.OfFileAsync(PathOf(part), cancellation).ConfigureAwait(false) != part.Sha256)
            {
                wrong.Add(part.File);
            }

            done += part.Size;
            step.Report(done, total, "B");
        }

        if (wrong.Count > 0)
        {
            throw new BananaException(ExitCode.Untrusted, $"the contents of {string.Join(", ", wrong)} are not those that the manifest names", Path, "build or fetch the release again");
        }

        step.Complete($"{Manifest.Parts.Count} parts, {ByteSize.Format(total)}");
    }

    /// <summary>The name of a role in the manifest ("usr-verity").</summary>
    public static string NameOf(PartRole role) => role switch
    {
        PartRole.Usr => "usr",
        PartRole.UsrVerity => "usr-verity",
        PartRole.Uki => "uki",
        PartRole.Esp => "esp",
        PartRole.Disk => "disk",
        PartRole.Sbom => "sbom",
        PartRole.Packages => "packages",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "unknown role"),
    };

    private void CheckFiles()
    {
        List<string> wrong = [];
        foreach (var part in Manifest.Parts)
        {
            var file = new FileInfo(PathOf(part));
            if (!file.Exists)
            {
                wrong.Add($"{part.File} is missing");
            }
            else if (file.Length != part.Size)
            {
                wrong.Add($"{part.File} has {file.Length} bytes instead of {part.Size}");
            }
        }

        if (wrong.Count > 0)
        {
            throw new BananaException(ExitCode.BadInput, $"the release is not whole: {string.Join(", ", wrong)}", Path, "build or fetch the release again");
        }
    }
}
