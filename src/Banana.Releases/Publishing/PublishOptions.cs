// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Chunking;
using Banana.Formats.Patches;
using Banana.Formats.Patches.Making;
using Banana.Formats.Release;
using Banana.Tuf.Keys;

namespace Banana.Releases.Publishing;

/// <summary>How a release is published.</summary>
public sealed record PublishOptions
{
    /// <summary>The channel: testing, enthusiast, stable, …</summary>
    public required string Channel { get; init; }

    /// <summary>The keys that are at hand; those of the channel, snapshot and timestamp have to be among them.</summary>
    public required IReadOnlyCollection<PrivateKey> Keys { get; init; }

    /// <summary>The libraries that packed the images; null: no patches are made.</summary>
    public required ClusterLibraries? Libraries { get; init; }

    /// <summary>Signs the list that stock systemd-sysupdate reads (a detached OpenPGP signature); null: there is no such list.</summary>
    public Func<byte[], CancellationToken, Task<byte[]>>? SignChecksums { get; init; }

    /// <summary>For how many earlier releases of the edition patches are made, and is told which chunks they have already: without that, each device has to cut its own image to know.</summary>
    public int PatchesFrom { get; init; } = 3;

    /// <summary>How chunks are cut.</summary>
    public ChunkParameters Chunks { get; init; } = ChunkParameters.Default;

    /// <summary>The Zstandard level of patches.</summary>
    public int PatchLevel { get; init; } = 19;

    /// <summary>The parts that are uploaded: whole disks are for a download page, not for updates.</summary>
    public IReadOnlyList<PartRole> Parts { get; init; } = [PartRole.Usr, PartRole.UsrVerity, PartRole.Uki, PartRole.Sbom, PartRole.Packages];

    /// <summary>The parts of which chunks are made: those that every device fetches.</summary>
    public static IReadOnlyList<PartRole> Chunked { get; } = [PartRole.Usr, PartRole.Uki];
}

/// <summary>What was published.</summary>
/// <param name="Delivery">How it can be had.</param>
/// <param name="Patches">What the patches are made of, by the version that they are for.</param>
public sealed record PublishReport(ReleaseDelivery Delivery, IReadOnlyList<(ReleaseVersion From, PatchStatistics Statistics)> Patches);
