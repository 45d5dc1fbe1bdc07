// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;

namespace Banana.Releases.Layout;

/// <summary>Where things are in a repository (docs/repository.md).</summary>
public static class RepositoryLayout
{
    /// <summary>TUF metadata.</summary>
    public const string Metadata = "metadata/";

    /// <summary>Manifests and what lies beside them; the base address of TUF's targets.</summary>
    public const string Releases = "releases/";

    /// <summary>Parts, and their chunk indexes: a folder for each edition (<see cref="ImagesOf"/>).</summary>
    public const string Images = "images/";

    /// <summary>The chunk store.</summary>
    public const string Chunks = "chunks/";

    /// <summary>Patches.</summary>
    public const string Patches = "patches/";

    /// <summary>The lock of publishers.</summary>
    public const string Lock = "locks/publish";

    /// <summary>The folder of a release.</summary>
    public static string Release(string edition, ReleaseVersion version) => $"{Releases}{edition}/{version}/";

    /// <summary>A file of a release under the name that TUF's consistent snapshots ask for.</summary>
    public static string Consistent(string edition, ReleaseVersion version, string sha256, string file) => $"{Release(edition, version)}{sha256}.{file}";

    /// <summary>
    /// The parts of an edition, with the list that its devices read when they have stock systemd-sysupdate. The names of parts have no
    /// edition in them: in one folder, a device would be offered the releases of all editions.
    /// </summary>
    public static string ImagesOf(string edition) => $"{Images}{edition}/";

    /// <summary>The chunk index of a part.</summary>
    public static string Index(string edition, string part) => $"{ImagesOf(edition)}{part}.caibx";

    /// <summary>A patch.</summary>
    public static string Patch(string edition, ReleaseVersion from, ReleaseVersion to) => $"{Patches}{edition}/{from}-{to}";
}
