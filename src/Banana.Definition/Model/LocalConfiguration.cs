// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>What one maker's machine does differently: <c>banana.local.yaml</c>, never committed. Nothing in it changes a byte of a release.</summary>
public sealed record LocalConfiguration
{
    /// <summary>Mirrors by base name, in place of the definition's.</summary>
    public IReadOnlyDictionary<string, string> Mirrors { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The HTTP proxy for all downloads.</summary>
    public string? Proxy { get; init; }

    /// <summary>The locale that `banana vm` gives to the machines it starts.</summary>
    public string? Locale { get; init; }

    /// <summary>How many files are downloaded side by side.</summary>
    public int ParallelDownloads { get; init; } = 8;

    /// <summary>The folder of the cache (absolute); the default is $XDG_CACHE_HOME/banana.</summary>
    public required string Cache { get; init; }

    /// <summary>The file that it was read from, for error messages; null when there is none.</summary>
    public string? File { get; init; }
}
