// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bases;
using Banana.Forge.Build;
using Banana.Formats.Release;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Progress;

namespace Banana.Forge.Release;

/// <summary>Puts the parts of a release beside each other with all that describes them, as one folder that is there whole or not at all.</summary>
/// <param name="folder">The folder of the release.</param>
/// <param name="manifest">The manifest, still without parts.</param>
/// <param name="packages">The packages.</param>
/// <param name="cache">Keeps the digests of parts that did not change.</param>
public sealed class ReleaseWriter(string folder, ReleaseManifest manifest, PackageList packages, ArtifactCache cache)
{
    /// <summary>The package list of a release from what is installed in its tree.</summary>
    public static PackageList ToPackageList(IEnumerable<InstalledPackage> installed) => new()
    {
        Packages = [.. installed.Select(package => new ReleasePackage
        {
            Name = package.Name,
            Version = package.Version,
            Architecture = package.Architecture,
            License = package.License,
            Source = package.Source,
            InstalledSize = package.InstalledSize,
        })],
    };

    /// <summary>Writes the folder.</summary>
    /// <param name="parts">Role, step and file name of each part, and the name that it gets.</param>
    /// <param name="progress">Is told of it.</param>
    /// <param name="cancellation">Stops the work; the old folder is untouched then.</param>
    public async Task WriteAsync(IReadOnlyList<(PartRole Role, Step Step, string File, string Name)> parts, IProgressSink progress, CancellationToken cancellation)
    {
        using var step = progress.Begin("release");
        var parent = Path.GetDirectoryName(folder)!;
        Directory.CreateDirectory(parent);
        var partial = Path.Combine(parent, $".{Path.GetFileName(folder)}.partial");
        using var held = await FileLock.TakeAsync(partial + ".lock", () => progress.Log("another run is writing the same release, waiting"), cancellation);
        ArtifactCache.DeleteTree(partial);
        Directory.CreateDirectory(partial);
        try
        {
            foreach (var (_, made, file, name) in parts)
            {
                // Releases share their files with the cache; nobody changes either.
                UnixFile.HardLink(made.File(file), Path.Combine(partial, name));
            }

            List<ReleasePart> described = [.. await Task.WhenAll(parts.Select(part => DescribeAsync(part.Role, part.Step.File(part.File), part.Name, cancellation)))];
            await packages.WriteAsync(Path.Combine(partial, PackageList.FileName), cancellation);
            described.Add(await DescribeAsync(PartRole.Packages, Path.Combine(partial, PackageList.FileName), PackageList.FileName, cancellation));
            await File.WriteAllBytesAsync(Path.Combine(partial, SpdxDocument.FileName), SpdxDocument.Compose(manifest, packages), cancellation);
            described.Add(await DescribeAsync(PartRole.Sbom, Path.Combine(partial, SpdxDocument.FileName), SpdxDocument.FileName, cancellation));
            await (manifest with { Parts = described }).WriteAsync(Path.Combine(partial, ReleaseManifest.FileName), cancellation);
            Publish(partial);
        }
        catch
        {
            ArtifactCache.DeleteTree(partial);
            throw;
        }

        step.Complete(folder);
    }

    private void Publish(string partial)
    {
        // A folder cannot be replaced by one rename, so the old one steps aside first; it is never half there.
        var old = partial + ".old";
        ArtifactCache.DeleteTree(old);
        if (Directory.Exists(folder))
        {
            Directory.Move(folder, old);
        }

        Directory.Move(partial, folder);
        UnixFile.SyncDirectory(Path.GetDirectoryName(folder)!);
        ArtifactCache.DeleteTree(old);
    }

    private async Task<ReleasePart> DescribeAsync(PartRole role, string path, string name, CancellationToken cancellation) => new()
    {
        Role = role,
        File = name,
        Size = new FileInfo(path).Length,
        Sha256 = await DigestAsync(path, cancellation),
    };

    // The digest of a part in the cache is kept beside it: most parts of an incremental build are old.
    private async Task<string> DigestAsync(string path, CancellationToken cancellation)
    {
        var kept = path + ".sha256";
        if (!cache.Owns(path))
        {
            return await Sha256Digest.OfFileAsync(path, cancellation);
        }

        if (File.Exists(kept) && (await File.ReadAllTextAsync(kept, cancellation)).Trim() is var text && Sha256Digest.IsValid(text))
        {
            return text;
        }

        var digest = await Task.Run(() => Sha256Digest.OfFileAsync(path, cancellation), cancellation);
        await AtomicFile.WriteAsync(kept, digest + "\n", cancellation);
        return digest;
    }
}
