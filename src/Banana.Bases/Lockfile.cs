// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json.Serialization;

namespace Banana.Bases;

/// <summary>The exact inputs of a build: what a definition came to on one day. Its form on disk is in <c>docs/formats.md</c>.</summary>
public sealed record Lockfile
{
    /// <summary>The version of the form on disk.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version that this one has.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The name of the base.</summary>
    public required string Base { get; init; }

    /// <summary>The plug-in of the base.</summary>
    public required string Plugin { get; init; }

    /// <summary>The suite.</summary>
    public required string Suite { get; init; }

    /// <summary>The architecture, by systemd's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>When the indexes were made that it was resolved from, in Unix seconds: the SOURCE_DATE_EPOCH of builds, and the snapshot to ask an archive for.</summary>
    public required long Epoch { get; init; }

    /// <summary>The names that were asked for, sorted: tells whether the lockfile still fits the definition.</summary>
    public required IReadOnlyList<string> Requested { get; init; }

    /// <summary>The names that the solver took as given, sorted, so that nothing is installed for them.</summary>
    public IReadOnlyList<string> Assumed { get; init; } = [];

    /// <summary>Every package, sorted by name.</summary>
    public required IReadOnlyList<LockedPackage> Packages { get; init; }
}

/// <summary>One package of a lockfile.</summary>
public sealed record LockedPackage
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as the base writes it.</summary>
    public required string Version { get; init; }

    /// <summary>The architecture, as the base writes it.</summary>
    public required string Architecture { get; init; }

    /// <summary>The path of the file below the mirror.</summary>
    public required string File { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The source package and its version ("glibc 2.43-7").</summary>
    public required string Source { get; init; }

    /// <summary>Whether the base cannot do without it (Debian: Essential, and what those need).</summary>
    public bool Essential { get; init; }

    /// <summary>The packager's detached signature in base64, where the base signs packages and not indexes (Arch).</summary>
    public string? Signature { get; init; }

    /// <summary>Name and version, as people write it ("bash 5.3-2").</summary>
    [JsonIgnore]
    public string Title => $"{Name} {Version}";
}

/// <summary>A package that is installed in a tree.</summary>
/// <param name="Name">The name.</param>
/// <param name="Version">The version, as the base writes it.</param>
/// <param name="Architecture">The architecture, as the base writes it.</param>
/// <param name="License">The licence as an SPDX expression where the base tells enough for one, else "NOASSERTION".</param>
/// <param name="Source">The source package and its version.</param>
/// <param name="InstalledSize">Bytes on disk, 0 when unknown.</param>
public sealed record InstalledPackage(string Name, string Version, string Architecture, string License, string Source, long InstalledSize);
