// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Tuf.Repository;

/// <summary>How long new metadata is valid. Short times limit how long a frozen mirror can hide an update; long ones need fewer signatures.</summary>
public sealed record RepositoryPolicy
{
    /// <summary>Root: signed offline, by hand.</summary>
    public TimeSpan Root { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Targets: signed when a channel is added.</summary>
    public TimeSpan Targets { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Delegated roles (channels): signed with each release.</summary>
    public TimeSpan Delegated { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Snapshot.</summary>
    public TimeSpan Snapshot { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Timestamp: to be renewed well before.</summary>
    public TimeSpan Timestamp { get; init; } = TimeSpan.FromDays(14);
}
