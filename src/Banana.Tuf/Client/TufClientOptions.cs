// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Client;

/// <summary>The limits of a client. The lengths are for files whose length no trusted metadata gives.</summary>
public sealed record TufClientOptions
{
    /// <summary>Bytes of a root file (specification 5.3.3).</summary>
    public long MaxRootLength { get; init; } = 512_000;

    /// <summary>Bytes of the timestamp file (5.4.1).</summary>
    public long MaxTimestampLength { get; init; } = 16_384;

    /// <summary>Bytes of a snapshot file.</summary>
    public long MaxSnapshotLength { get; init; } = 2_000_000;

    /// <summary>Bytes of a targets file.</summary>
    public long MaxTargetsLength { get; init; } = 5_000_000;

    /// <summary>New roots in one refresh; a client that was away for longer goes on in the next one.</summary>
    public int MaxRootRotations { get; init; } = 256;

    /// <summary>Delegated roles that one search visits (5.6.7.1).</summary>
    public int MaxDelegations { get; init; } = 32;

    /// <summary>A time that it surely is already, such as that of the running system's build: a clock that is behind does not make old metadata fresh.</summary>
    public DateTimeOffset? TimeFloor { get; init; }

    /// <summary>Whether target files carry their hash in their name when the repository has consistent snapshots (6.2).</summary>
    public bool PrefixTargetsWithHash { get; init; } = true;
}
