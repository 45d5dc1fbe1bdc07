// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Repository;

/// <summary>The delegated roles of Banana: one for each channel and edition.</summary>
public static class ChannelRole
{
    /// <summary>The role's name: <c>stable-plasma</c>.</summary>
    public static string Name(string channel, string edition) => $"{channel}-{edition}";

    /// <summary>The one installable target of a release: <c>plasma/20260101.1/manifest.json</c>.</summary>
    public static string ManifestPath(string edition, string version) => $"{edition}/{version}/manifest.json";

    /// <summary>A channel's role: it may name manifests of its own edition and nothing else.</summary>
    public static DelegatedRole Create(string channel, string edition, IEnumerable<PublicKey> keys, int threshold = 1) => new()
    {
        Name = Name(channel, edition),
        Keys = new([.. keys.Select(key => key.Id)], threshold),
        Paths = [ManifestPath(edition, "*")],
    };
}
