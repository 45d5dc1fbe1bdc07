// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Updates.Fetching;

/// <summary>How an update is fetched.</summary>
public sealed record FetchOptions
{
    /// <summary>How many ranges of chunks are fetched at the same time; over HTTP/2 they share one connection.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>The most bytes a second, over all requests together; null: as fast as it goes.</summary>
    public long? RateLimit { get; init; }

    /// <summary>After so many fetched bytes the target is flushed and the journal written: what a kill loses at most.</summary>
    public long CheckpointFetched { get; init; } = 4 << 20;

    /// <summary>The same after so many written bytes, fetched or not.</summary>
    public long CheckpointWritten { get; init; } = 128 << 20;

    /// <summary>Asked once before the first byte is written; throws when there is no room.</summary>
    public Action<IReadOnlyList<RoomNeed>> CheckRoom { get; init; } = RoomNeed.Require;

    /// <summary>Told of every piece that comes, in bytes; from several threads.</summary>
    public Action<long>? OnFetched { get; init; }

    /// <summary>The clock of the rate limit.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
