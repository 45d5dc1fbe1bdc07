// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Patches;
using Banana.Formats.Release;
using Banana.Formats.Storage;

namespace Banana.Updates.Planning;

/// <summary>The release that a device has, and whose parts are used for the next one. Nothing of it is trusted: what comes out is checked.</summary>
public sealed record InstalledRelease
{
    /// <summary>The edition.</summary>
    public required string Edition { get; init; }

    /// <summary>The architecture, by systemd's name ("x86-64").</summary>
    public required string Architecture { get; init; }

    /// <summary>The version.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>Its release index (docs/formats.md), if the device knows it: what a manifest's <c>minimumVersion</c> is compared with.</summary>
    public int? Index { get; init; }

    /// <summary>The parts that can be read, by role.</summary>
    public IReadOnlyDictionary<PartRole, InstalledPart> Parts { get; init; } = new Dictionary<PartRole, InstalledPart>();

    /// <summary>The compressors of this machine; null: those of the system.</summary>
    public ClusterLibraries? Libraries { get; init; }
}

/// <summary>A part that a device has.</summary>
/// <param name="Source">Its bytes: exactly the part, not the partition around it. It stays open.</param>
/// <param name="Sha256">Its SHA-256, by which a patch for it is found.</param>
public sealed record InstalledPart(ByteSource Source, string Sha256);
