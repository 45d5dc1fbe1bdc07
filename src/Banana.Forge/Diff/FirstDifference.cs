// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Erofs;
using Banana.Formats.Gpt;
using Banana.Formats.Pe;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Forge.Diff;

/// <summary>The first thing that two builds disagree about, for the check that they are bit-identical.</summary>
/// <param name="Part">The file of the release.</param>
/// <param name="What">What is different in it: the first differing file of the image, the section of a UKI, the partition of a disk, and the offset.</param>
public sealed record Difference(string Part, string What)
{
    /// <summary>As one line.</summary>
    public override string ToString() => $"{Part}: {What}";
}

/// <summary>Finds the first difference of two releases.</summary>
public static class FirstDifference
{
    /// <summary>Compares all files of two releases, byte for byte, in the order of the manifest: causes come before consequences.</summary>
    /// <returns>The first difference, or null when the releases are bit-identical.</returns>
    /// <exception cref="BananaException">One of the two is no release, or not whole.</exception>
    public static async Task<Difference?> FindAsync(string directoryA, string directoryB, CancellationToken cancellation)
    {
        var (a, b) = (ReleaseDirectory.Open(directoryA), ReleaseDirectory.Open(directoryB));
        foreach (var part in a.Manifest.Parts)
        {
            if (b.Manifest.Find(part.Role) is not { } other)
            {
                return new(part.File, "only the first release has this part");
            }

            using var bytesA = ByteSource.OpenFile(a.PathOf(part));
            using var bytesB = ByteSource.OpenFile(b.PathOf(other));
            if (FindOffset(bytesA, bytesB, cancellation) is { } offset)
            {
                return new(part.File, await ExplainAsync(part.Role, bytesA, bytesB, offset, cancellation).ConfigureAwait(false));
            }
        }

        foreach (var part in b.Manifest.Parts.Where(part => a.Manifest.Find(part.Role) is null))
        {
            return new(part.File, "only the second release has this part");
        }

        using var manifestA = ByteSource.OpenFile(Path.Combine(a.Path, ReleaseManifest.FileName));
        using var manifestB = ByteSource.OpenFile(Path.Combine(b.Path, ReleaseManifest.FileName));
        return FindOffset(manifestA, manifestB, cancellation) is { } place ? new(ReleaseManifest.FileName, $"differs at byte {place}") : null;
    }

    /// <summary>The first offset where two files differ, or null when they are the same. When one is the beginning of the other, that is where it ends.</summary>
    private static long? FindOffset(ByteSource a, ByteSource b, CancellationToken cancellation)
    {
        const int PieceSize = 256 << 10;
        var (bufferA, bufferB) = (new byte[PieceSize], new byte[PieceSize]);
        var length = Math.Min(a.Length, b.Length);
        for (var offset = 0L; offset < length; offset += PieceSize)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(PieceSize, length - offset);
            a.Read(offset, bufferA.AsSpan(0, count));
            b.Read(offset, bufferB.AsSpan(0, count));
            var same = bufferA.AsSpan(0, count).CommonPrefixLength(bufferB.AsSpan(0, count));
            if (same < count)
            {
                return offset + same;
            }
        }

        return a.Length == b.Length ? null : length;
    }

    private static async Task<string> ExplainAsync(PartRole role, ByteSource a, ByteSource b, long offset, CancellationToken cancellation)
    {
        var place = $"differs at byte {offset}" + (a.Length == b.Length ? string.Empty : $" (sizes {a.Length} and {b.Length})");
        try
        {
            return role switch
            {
                PartRole.Usr => $"{await FirstFileAsync(a, b, cancellation).ConfigureAwait(false)}; the image {place}",
                PartRole.Uki when FirstSection(a, b, cancellation) is { } section => $"section {section}; the file {place}",
                PartRole.Disk when PartitionAt(a, offset) is { } partition => $"partition {partition.Number} '{partition.Label}' at byte {offset - partition.Offset}; the disk {place}",
                _ => place,
            };
        }
        catch (BananaException error)
        {
            // A part that cannot be read has a difference all the same.
            return $"{place} ({error.What})";
        }
    }

    private static async Task<string> FirstFileAsync(ByteSource a, ByteSource b, CancellationToken cancellation)
    {
        // Windows, so that closing the images leaves the files open.
        using var imageA = ErofsImage.Open(a.Window(0, a.Length, "first"));
        using var imageB = ErofsImage.Open(b.Window(0, b.Length, "second"));
        var files = await ImageComparer.CompareAsync(imageA, imageB, SilentProgress.Instance, cancellation).ConfigureAwait(false);
        if (files.Changes is [var first, ..])
        {
            var what = first.Change == ChangeKind.Changed ? $"differs in {string.Join(", ", first.What)}" : first.Change == ChangeKind.Added ? "is in the second only" : "is in the first only";
            return $"file /{first.Path} {what} (and {files.Changes.Count - 1} more)";
        }

        foreach (var (fileA, fileB) in imageA.Walk(cancellation).Zip(imageB.Walk(cancellation)))
        {
            if ((fileA.Inode.ModifiedSeconds, fileA.Inode.ModifiedNanoseconds) != (fileB.Inode.ModifiedSeconds, fileB.Inode.ModifiedNanoseconds))
            {
                return $"file /{ErofsName.Display(fileA.Path)} has another time";
            }
        }

        return "the files are the same, but lie differently";
    }

    private static string? FirstSection(ByteSource a, ByteSource b, CancellationToken cancellation)
    {
        var (peA, peB) = (PeImage.Read(a), PeImage.Read(b));
        foreach (var section in peA.Sections)
        {
            if (peB.Find(section.Name) is not { } other)
            {
                return $"{section.Name} is in the first only";
            }

            using var bytesA = peA.Open(section);
            using var bytesB = peB.Open(other);
            if (FindOffset(bytesA, bytesB, cancellation) is { } offset)
            {
                return $"{section.Name} differs at byte {offset}";
            }
        }

        return peB.Sections.FirstOrDefault(section => peA.Find(section.Name) is null) is { } added ? $"{added.Name} is in the second only" : null;
    }

    private static GptPartition? PartitionAt(ByteSource disk, long offset) =>
        GptTable.Read(disk).Partitions.FirstOrDefault(partition => offset >= partition.Offset && offset < partition.Offset + partition.Size);
}
