// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Formats.Release;

/// <summary>The packages of a release: <c>packages.json</c>, beside the manifest and in the image. Specified in <c>docs/formats.md</c>.</summary>
public sealed record PackageList
{
    /// <summary>The name of the file in a release directory.</summary>
    public const string FileName = "packages.json";

    /// <summary>Where the list is in an image of /usr, from the root of the image.</summary>
    public const string PathInImage = "share/banana/packages.json";

    /// <summary>The newest version of the format that this program knows.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The packages, in the order of their names (by bytes), then architectures.</summary>
    public required IReadOnlyList<ReleasePackage> Packages { get; init; }

    /// <summary>Reads and checks a package list.</summary>
    /// <exception cref="BananaException">The file is missing, malformed (<see cref="ExitCode.BadInput"/>) or of a newer format (<see cref="ExitCode.NewerFormat"/>).</exception>
    public static PackageList Read(string path) => Parse(ReleaseJson.ReadFile(path), path);

    /// <summary>Reads and checks the bytes of a package list.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="where">What to call the file in errors.</param>
    public static PackageList Parse(ReadOnlySpan<byte> json, string where)
    {
        var list = ReleaseJson.Deserialize(json, ReleaseJson.Canonical.PackageList, CurrentFormat, where);
        list.Check(where);
        return list;
    }

    /// <summary>The canonical bytes: the same packages always give the same.</summary>
    public byte[] ToJson()
    {
        Check(FileName);
        var sorted = Packages.OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal);
        return ReleaseJson.Serialize(this with { Packages = [.. sorted] }, ReleaseJson.Canonical.PackageList);
    }

    /// <summary>Writes the list, whole or not at all.</summary>
    public Task WriteAsync(string path, CancellationToken cancellation) => AtomicFile.WriteAsync(path, ToJson(), cancellation);

    private void Check(string where)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var package in Packages)
        {
            ReleaseJson.Require(package is { Name.Length: > 0, Version.Length: > 0 }, where, "a package has no name or no version");
            ReleaseJson.Require(package.InstalledSize >= 0, where, $"the installed size of package '{package.Name}' is negative");
            ReleaseJson.Require(seen.Add((package.Name, package.Architecture)), where, $"package '{package.Name}' ({package.Architecture}) is there twice");
        }
    }
}

/// <summary>A package of a release.</summary>
public sealed record ReleasePackage
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as the base writes it.</summary>
    public required string Version { get; init; }

    /// <summary>The architecture, as the base writes it.</summary>
    public required string Architecture { get; init; }

    /// <summary>The licence as an SPDX expression, or "NOASSERTION".</summary>
    public required string License { get; init; }

    /// <summary>The source package and its version.</summary>
    public required string Source { get; init; }

    /// <summary>Bytes on disk; 0 when unknown.</summary>
    public long InstalledSize { get; init; }
}
