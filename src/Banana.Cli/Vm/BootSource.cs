// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Formats.Release;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>What is booted: a disk image, and the release that it belongs to if that is known.</summary>
/// <param name="Disk">The disk image.</param>
/// <param name="Release">The release; null for a bare image.</param>
internal sealed record BootSource(string Disk, ReleaseDirectory? Release)
{
    /// <summary>How deep releases lie below the folder of outputs: out/EDITION/VERSION.</summary>
    private const int Depth = 2;

    /// <summary>The name that people know it by.</summary>
    public string Name => Release is { Manifest: var manifest } ? $"{manifest.Id} {manifest.Edition} {manifest.Version}" : Path.GetFileName(Disk);

    /// <summary>Finds what the user named.</summary>
    /// <param name="name">A release directory, a disk image, a name below the folder of outputs ("core", "core/20261030.1", "20261030.1"), or null for the newest.</param>
    /// <param name="outputs">The folder of outputs.</param>
    /// <exception cref="BananaException">There is no such thing, or it is not a disk image.</exception>
    public static BootSource Find(string? name, string outputs)
    {
        if (name is not null && File.Exists(name))
        {
            DiskImage.Check(name);
            return new BootSource(Path.GetFullPath(name), null);
        }

        string[] places = name is null ? [outputs] : [name, Path.Combine(outputs, name)];
        foreach (var place in places.Where(Directory.Exists))
        {
            if (Newest(place) is { } found)
            {
                return Open(found);
            }

            if (place == name)
            {
                throw new BananaException(ExitCode.BadInput, $"there is no release in it (no {ReleaseManifest.FileName})", place, "give the folder that 'banana build' wrote a release to");
            }
        }

        var known = Releases(outputs).ToList();
        return known.FirstOrDefault(release => name is not null && Path.GetFileName(release) == name) is { } named
            ? Open(named)
            : throw NotFound(name, outputs, known);
    }

    private static BootSource Open(string directory)
    {
        var release = ReleaseDirectory.Open(directory);
        var disk = release.Require(PartRole.Disk);
        DiskImage.Check(disk);
        return new BootSource(disk, release);
    }

    /// <summary>The release that was built last; what is being built lies in folders that begin with a dot.</summary>
    private static string? Newest(string place) => Releases(place).MaxBy(release => File.GetLastWriteTimeUtc(Path.Combine(release, ReleaseManifest.FileName)));

    private static IEnumerable<string> Releases(string place)
    {
        if (!Directory.Exists(place))
        {
            return [];
        }

        var search = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, AttributesToSkip = FileAttributes.None };
        return Directory.EnumerateFiles(place, ReleaseManifest.FileName, search)
            .Select(file => Path.GetDirectoryName(file)!)
            .Where(release => !Path.GetRelativePath(place, release).Split('/').Any(part => part.Length > 1 && part[0] == '.' && part != ".."));
    }

    private static BananaException NotFound(string? name, string outputs, List<string> known)
    {
        if (known.Count == 0)
        {
            return new BananaException(ExitCode.BadInput, name is null ? $"nothing was built yet (no release in {outputs})" : $"there is no release or disk image '{name}'", next: "make one with './banana build', or name a release directory or a disk image");
        }

        var names = string.Join(", ", known.Select(release => Path.GetRelativePath(outputs, release)).Order(StringComparer.Ordinal));
        return new BananaException(ExitCode.BadInput, $"there is no release or disk image '{name}'", next: $"there are: {names}");
    }
}
