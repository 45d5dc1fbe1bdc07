// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography.X509Certificates;

namespace Banana.Releases.Stores.Http;

/// <summary>How patient a store over the network is. The defaults suit a bad mobile connection and a server under load.</summary>
public sealed record HttpStoreOptions
{
    /// <summary>How long a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The fewest bytes per second, over each <see cref="StallTimeout"/> that we wait for data: slow data ends.</summary>
    public int MinimumRate { get; init; } = 1024;

    /// <summary>How often one request, or the rest of one body, is tried.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest wait before the second attempt; it doubles for each one after. The real wait is a random part of it, so that clients spread.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, also when the server asks for more (<c>Retry-After</c>).</summary>
    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes that an object may have.</summary>
    public long MaximumLength { get; init; } = 64L << 30;

    /// <summary>The most connections to one server, where it has no HTTP/2.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>Who may vouch for a server, in place of the system's certificate authorities: for a mirror with an authority of its own. Names are checked as ever; empty: the system's.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; init; } = [];

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
