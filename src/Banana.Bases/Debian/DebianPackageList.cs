// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Bases.Files;

namespace Banana.Bases.Debian;

/// <summary>Lists what is installed in a tree, from dpkg's database.</summary>
internal static class DebianPackageList
{
    /// <summary>Whether a tree has a dpkg database.</summary>
    public static bool IsIn(string tree) => File.Exists(Path.Combine(tree, "var/lib/dpkg/status"));

    /// <summary>The installed packages, by name.</summary>
    public static IReadOnlyList<InstalledPackage> Read(string tree)
    {
        var paths = new TreePaths(tree);
        return [.. new DpkgDatabase(tree).Installed.Select(stanza => new InstalledPackage(
            DebianResolver.Field(stanza, "Package"),
            DebianResolver.Field(stanza, "Version"),
            DebianResolver.Field(stanza, "Architecture"),
            License(paths, DebianResolver.Field(stanza, "Package")),
            DebianResolver.SourceOf(stanza),
            long.TryParse(stanza["Installed-Size"], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes * 1024 : 0))
            .OrderBy(package => package.Name, StringComparer.Ordinal)];
    }

    private static string License(TreePaths paths, string package) =>
        paths.LocateFile($"/usr/share/doc/{package}/copyright") is { } file
            ? DebianCopyright.LicenseOf(File.ReadAllText(file))
            : DebianCopyright.Unknown;
}
