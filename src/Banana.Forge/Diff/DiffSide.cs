// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Forge.Diff;

/// <summary>One of the two things that are compared: a release directory, an erofs image, or a disk image.</summary>
public sealed class DiffSide : IDisposable
{
    // The largest package list that is read from an image.
    private const int MaximumPackageList = 64 << 20;

    private readonly ByteSource? disk;

    private DiffSide(string path, ErofsImage image, ByteSource? disk)
    {
        Path = path;
        Image = image;
        this.disk = disk;
    }

    /// <summary>The path that was given, absolute.</summary>
    public string Path { get; }

    /// <summary>The image of /usr.</summary>
    public ErofsImage Image { get; }

    /// <summary>What the manifest says, for a release.</summary>
    public ReleaseManifest? Manifest { get; private init; }

    /// <summary>The packages; null when there is no list.</summary>
    public PackageList? Packages { get; private init; }

    /// <summary>The parts: those of the manifest, the partitions of a disk, or the image alone.</summary>
    public required IReadOnlyList<DiffPart> Parts { get; init; }

    /// <summary>A short name for people: edition and version, or the file name.</summary>
    public string Title => Manifest is { } manifest ? $"{manifest.Edition} {manifest.Version}" : System.IO.Path.GetFileName(Path);

    /// <summary>Opens a release directory, an erofs image or a disk image; which one it is, its contents tell.</summary>
    /// <exception cref="BananaException">It is none of these, or damaged.</exception>
    public static DiffSide Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(path))
        {
            return OpenRelease(path);
        }

        var file = ByteSource.OpenFile(path);
        try
        {
            return GptTable.IsPresent(file) ? OpenDisk(path, file) : OpenImage(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Image.Dispose();
        disk?.Dispose();
    }

    private static DiffSide OpenRelease(string path)
    {
        var release = ReleaseDirectory.Open(path);
        var image = ErofsImage.Open(release.Require(PartRole.Usr));
        try
        {
            return new(path, image, null)
            {
                Manifest = release.Manifest,
                Packages = release.ReadPackages() ?? ReadPackages(image),
                Parts = [.. release.Manifest.Parts.Select(part => new DiffPart(ReleaseDirectory.NameOf(part.Role), part.Size, part.Sha256))],
            };
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static DiffSide OpenImage(string path, ByteSource file)
    {
        var image = ErofsImage.Open(file);
        return new(path, image, null) { Packages = ReadPackages(image), Parts = [new("usr", file.Length, null)] };
    }

    private static DiffSide OpenDisk(string path, ByteSource file)
    {
        var table = GptTable.Read(file);

        // A free slot is a partition labelled "_empty".
        var usr = table.Partitions.FirstOrDefault(partition => partition.Type == GptPartitionType.UsrX8664 && partition.Label != "_empty")
            ?? throw new BananaException(ExitCode.BadInput, "the disk image has no partition of /usr that is in use", path);
        var image = ErofsImage.Open(table.Open(usr));
        try
        {
            return new(path, image, file) { Packages = ReadPackages(image), Parts = PartsOf(table) };
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    // Labels carry versions, so a partition goes by what it is for; a second one of the kind goes by its label.
    private static List<DiffPart> PartsOf(GptTable table)
    {
        List<DiffPart> parts = [];
        foreach (var partition in table.Partitions)
        {
            var name = RoleOf(partition.Type) is { } role && parts.All(part => part.Name != role) ? role : partition.Label;
            parts.Add(new(name, partition.Size, null));
        }

        return parts;
    }

    private static string? RoleOf(Guid type) =>
        type == GptPartitionType.UsrX8664 ? "usr" : type == GptPartitionType.UsrVerityX8664 ? "usr-verity" : type == GptPartitionType.Esp ? "esp" : type == GptPartitionType.RootX8664 ? "root" : null;

    private static PackageList? ReadPackages(ErofsImage image) =>
        image.Find(PackageList.PathInImage) is { Type: ErofsFileType.Regular } file
            ? PackageList.Parse(image.ReadAll(file, MaximumPackageList), $"{image.Name}: /{PackageList.PathInImage}")
            : null;
}

/// <summary>A part of a side.</summary>
/// <param name="Name">Its role, or the label of its partition.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">Its SHA-256, where a manifest says.</param>
public sealed record DiffPart(string Name, long Size, string? Sha256);
