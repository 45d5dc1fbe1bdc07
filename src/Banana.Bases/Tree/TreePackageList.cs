// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Bases.Arch;
using Banana.Bases.Debian;
using Banana.Bases.Files;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Bases.Tree;

/// <summary>Lists what is in a prebuilt tree: from the database of a package manager, from BuildStream's manifest, or the tree as one entry.</summary>
internal static class TreePackageList
{
    /// <summary>Where freedesktop-sdk's collect_manifest element puts the list of what a tree was built from.</summary>
    public const string BuildStreamManifest = "usr/manifest.json";

    private static readonly string[] VersionKeys = ["IMAGE_VERSION", "VERSION_ID", "BUILD_ID"];

    /// <summary>Our own list, in the trees of our releases.</summary>
    public const string OwnList = "usr/" + PackageList.PathInImage;

    /// <summary>The packages, by name.</summary>
    public static IReadOnlyList<InstalledPackage> Read(string tree, LockedPackage locked)
    {
        if (DebianPackageList.IsIn(tree))
        {
            return DebianPackageList.Read(tree);
        }

        if (PacmanPackageList.IsIn(tree))
        {
            return PacmanPackageList.Read(tree);
        }

        var paths = new TreePaths(tree);
        if (paths.LocateFile("/" + OwnList) is { } list)
        {
            return ReadOwnList(File.ReadAllBytes(list), list);
        }

        if (paths.LocateFile("/" + BuildStreamManifest) is { } manifest)
        {
            return ReadManifest(File.ReadAllText(manifest), manifest, locked.Architecture);
        }

        var (name, version) = Identity(File.ReadAllText(paths.LocateFile("/usr/lib/os-release") ?? paths.LocateFile("/etc/os-release") ?? throw new BananaException(ExitCode.BadInput, "the tree has no os-release", where: tree)));
        return [new InstalledPackage(name, version, locked.Architecture, DebianCopyright.Unknown, $"{name} {version}", 0)];
    }

    /// <summary>Name and version of an os-release file (os-release(5)).</summary>
    public static (string Name, string Version) Identity(string osRelease)
    {
        var fields = osRelease.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0].Trim(), StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        var version = VersionKeys.Select(key => fields.GetValueOrDefault(key)).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return (fields.GetValueOrDefault("ID", "linux"), version ?? "0");
    }

    /// <summary>Reads our own list.</summary>
    public static IReadOnlyList<InstalledPackage> ReadOwnList(ReadOnlySpan<byte> json, string path) =>
        [.. PackageList.Parse(json, path).Packages.Select(package => new InstalledPackage(package.Name, package.Version, package.Architecture, package.License, package.Source, package.InstalledSize))];

    /// <summary>
    /// Reads a manifest:
    /// <code>{"modules": [{"name": "components/zlib.bst", "x-cpe": {"product": "zlib", "version": "1.3.1"}}]}</code>
    /// </summary>
    public static IReadOnlyList<InstalledPackage> ReadManifest(string json, string path, string architecture)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.GetProperty("modules").EnumerateArray().Select(module =>
            {
                var name = module.GetProperty("name").GetString()!;
                var version = module.TryGetProperty("x-cpe", out var cpe) && cpe.TryGetProperty("version", out var text) ? text.GetString() ?? "0" : "0";
                return new InstalledPackage(name, version, architecture, DebianCopyright.Unknown, $"{name} {version}", 0);
            }).DistinctBy(package => package.Name, StringComparer.Ordinal).OrderBy(package => package.Name, StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BananaException(ExitCode.BadInput, "the manifest of the tree cannot be read", where: path, next: "correct or remove it", inner: error);
        }
    }
}
