// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Serving;

/// <summary>What one client, and all together, may take of the server.</summary>
public sealed record ServerLimits
{
    /// <summary>The most connections at a time; more are closed at once.</summary>
    public int Connections { get; init; } = 512;

    /// <summary>The most bytes of all headers of a request.</summary>
    public int HeaderBytes { get; init; } = 16 << 10;

    /// <summary>The most bytes of the first line of a request.</summary>
    public int LineBytes { get; init; } = 4 << 10;

    /// <summary>How long a client may take to send its headers.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may idle between two requests.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The fewest bytes per second that a client must read; after <see cref="SlowGrace"/> a slower one is dropped.</summary>
    public double SlowestRate { get; init; } = 1024;

    /// <summary>How long a client may be slower than <see cref="SlowestRate"/>.</summary>
    public TimeSpan SlowGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most ranges of one request; more are answered with the whole file (RFC 9110, section 14.2).</summary>
    public int Ranges { get; init; } = 64;
}
