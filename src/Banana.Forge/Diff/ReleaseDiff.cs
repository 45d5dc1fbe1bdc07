// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Forge.Diff;

/// <summary>What is different between two releases or images. Its form as JSON is in <c>docs/formats.md</c>.</summary>
public sealed record ReleaseDiff
{
    /// <summary>The version of the form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The first one, the older by convention.</summary>
    public required DiffName A { get; init; }

    /// <summary>The second one.</summary>
    public required DiffName B { get; init; }

    /// <summary>Whether nothing is different.</summary>
    public bool Identical => Files.Changes.Count == 0 && Packages is not { Changes.Count: > 0 } && Parts.All(part => part.Identical != false);

    /// <summary>The packages; null when one of the two has no list.</summary>
    public required PackageChanges? Packages { get; init; }

    /// <summary>The files of /usr.</summary>
    public required FileChanges Files { get; init; }

    /// <summary>The parts.</summary>
    public required IReadOnlyList<PartChange> Parts { get; init; }
}

/// <summary>One of the two things that were compared.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Edition">The edition, for a release.</param>
/// <param name="Version">The version, for a release.</param>
public sealed record DiffName(string Path, string? Edition, string? Version);

/// <summary>What happened to a thing from A to B.</summary>
public enum ChangeKind
{
    /// <summary>Only B has it.</summary>
    Added,

    /// <summary>Only A has it.</summary>
    Removed,

    /// <summary>Both have it, differently.</summary>
    Changed,
}

/// <summary>The changes of packages.</summary>
public sealed record PackageChanges
{
    /// <summary>How many there are in A.</summary>
    public required int CountA { get; init; }

    /// <summary>How many there are in B.</summary>
    public required int CountB { get; init; }

    /// <summary>The changes, sorted by name.</summary>
    public required IReadOnlyList<PackageChange> Changes { get; init; }
}

/// <summary>A package that is different.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Name">The name; with the architecture ("libc6:i386") where a list has the name twice.</param>
/// <param name="VersionA">The version in A.</param>
/// <param name="VersionB">The version in B.</param>
public sealed record PackageChange(ChangeKind Change, string Name, string? VersionA, string? VersionB);

/// <summary>The changes of files.</summary>
public sealed record FileChanges
{
    /// <summary>Files that only B has.</summary>
    public required FileTotal Added { get; init; }

    /// <summary>Files that only A has.</summary>
    public required FileTotal Removed { get; init; }

    /// <summary>Files that both have, differently; the bytes are B's.</summary>
    public required FileTotal Changed { get; init; }

    /// <summary>Files that both have and that are the same.</summary>
    public required FileTotal Same { get; init; }

    /// <summary>All files of A.</summary>
    public required FileTotal TotalA { get; init; }

    /// <summary>All files of B.</summary>
    public required FileTotal TotalB { get; init; }

    /// <summary>The changes, sorted by path (ordinal).</summary>
    public required IReadOnlyList<FileChange> Changes { get; init; }
}

/// <summary>A number of files, and the bytes of the regular ones among them (a file with two names counts twice).</summary>
/// <param name="Count">How many, directories and links included.</param>
/// <param name="Bytes">The bytes of their contents, not compressed.</param>
public sealed record FileTotal(int Count, long Bytes);

/// <summary>A file that is different.</summary>
public sealed record FileChange
{
    /// <summary>What happened.</summary>
    public required ChangeKind Change { get; init; }

    /// <summary>The path from the root of the image, without a leading '/'; bytes that are not UTF-8 are written as \xNN.</summary>
    public required string Path { get; init; }

    /// <summary>The type: "file", "directory", "link", "device", "fifo" or "socket". B's, when both have it.</summary>
    public required string Type { get; init; }

    /// <summary>Changed: what is different, of "type", "content", "mode", "owner", "target", "device", "xattrs".</summary>
    public IReadOnlyList<string> What { get; init; } = [];

    /// <summary>The size in A in bytes; null when A does not have it or it is no regular file.</summary>
    public long? SizeA { get; init; }

    /// <summary>The size in B in bytes; null when B does not have it or it is no regular file.</summary>
    public long? SizeB { get; init; }
}

/// <summary>A part of both or one of the two.</summary>
public sealed record PartChange
{
    /// <summary>The role ("usr"), or the label of the partition.</summary>
    public required string Name { get; init; }

    /// <summary>The size in A in bytes; null when A does not have it.</summary>
    public long? SizeA { get; init; }

    /// <summary>The size in B in bytes; null when B does not have it.</summary>
    public long? SizeB { get; init; }

    /// <summary>Whether both are the same; null when the manifests do not say.</summary>
    public bool? Identical { get; init; }
}
