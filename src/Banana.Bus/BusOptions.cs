// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>How a call is made.</summary>
public sealed record BusCallOptions
{
    /// <summary>As most calls are made.</summary>
    public static BusCallOptions Default { get; } = new();

    /// <summary>How long the reply may take; <see cref="Timeout.InfiniteTimeSpan"/> for any time. 25 s as everywhere on D-Bus.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Whether the service may ask the user for a password before it answers (ALLOW_INTERACTIVE_AUTHORIZATION).</summary>
    public bool MayInteract { get; init; }

    /// <summary>Whether the bus may start the service for the call.</summary>
    public bool StartsService { get; init; } = true;

    /// <summary>The signature that the reply must have; any when null.</summary>
    public string? Returns { get; init; }
}

/// <summary>A signal that came.</summary>
/// <param name="Sender">The unique name of who sent it; the bus vouches for it.</param>
/// <param name="Path">The object that it is about.</param>
/// <param name="Interface">Its interface.</param>
/// <param name="Member">Its name.</param>
/// <param name="Values">Its values.</param>
public sealed record BusSignal(string Sender, string Path, string Interface, string Member, BusValues Values);

/// <summary>Who is behind a name.</summary>
/// <param name="UserId">The user of the process.</param>
/// <param name="ProcessId">The process; 0 where the bus does not know it.</param>
public sealed record BusPeer(uint UserId, uint ProcessId);

/// <summary>What a connection is made with.</summary>
public sealed record BusOptions
{
    /// <summary>Told of errors that nobody else is told in full: a service's own defects, and handlers of signals that threw.</summary>
    public Action<Exception>? OnDefect { get; init; }

    /// <summary>The clock that idle time is measured with.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How many calls may be handled at once; more are answered with <c>LimitsExceeded</c>, so that nobody can fill our memory with them.</summary>
    public int MostCalls { get; init; } = 4096;
}
