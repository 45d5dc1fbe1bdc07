// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases;

/// <summary>How files are downloaded.</summary>
public sealed record DownloadOptions
{
    /// <summary>How many files are downloaded side by side.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>The HTTP proxy; the environment's (http_proxy, https_proxy) when null.</summary>
    public string? Proxy { get; init; }

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a transfer may stay below <see cref="MinimumRate"/> before it is given up and tried again.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Bytes per second, over <see cref="StallTimeout"/>, below which a mirror counts as stalled.</summary>
    public int MinimumRate { get; init; } = 1024;

    /// <summary>How often a transfer is tried again after a failure that may pass.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The pause before the first retry; it doubles with each.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>A file to download into the pool.</summary>
/// <param name="Name">What people call it ("bash 5.3-2").</param>
/// <param name="Address">Where it is (http, https or file).</param>
/// <param name="Archive">Where else it is, when the first address no longer has it; null when nowhere.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">Its digest.</param>
public sealed record Download(string Name, string Address, string? Archive, long Size, string Sha256);
