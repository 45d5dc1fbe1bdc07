// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Forge.Build;

/// <summary>The names of the files of a release, by which stock systemd-sysupdate finds them too (sysupdate.d(5), MatchPattern).</summary>
/// <param name="Id">The operating system's id.</param>
/// <param name="Version">The version.</param>
/// <param name="Architecture">The architecture.</param>
public sealed record ReleaseNames(string Id, string Version, string Architecture)
{
    /// <summary>The image of /usr.</summary>
    public string Usr => $"{Stem}_usr-{Architecture}.erofs";

    /// <summary>Its hash tree.</summary>
    public string Verity => $"{Stem}_usr-verity-{Architecture}.verity";

    /// <summary>The unified kernel image.</summary>
    public string Uki => $"{Stem}-{Architecture}.efi";

    /// <summary>The EFI system partition.</summary>
    public string Esp => $"{Stem}_esp-{Architecture}.raw";

    /// <summary>The disk image.</summary>
    public string Disk => $"{Stem}-{Architecture}.raw";

    private string Stem => $"{Id}_{Version}";
}
