// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;

namespace Banana.Formats.Release;

/// <summary>What a release is and which files it has: <c>manifest.json</c>, the only thing that is installed from. Specified in <c>docs/formats.md</c>.</summary>
public sealed record ReleaseManifest
{
    /// <summary>The name of the file in a release directory.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The newest version of the format that this program knows.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The operating system's id in os-release(5): the prefix of file names and partition labels ("banana").</summary>
    public required string Id { get; init; }

    /// <summary>The edition ("core").</summary>
    public required string Edition { get; init; }

    /// <summary>The version.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>The architecture, by systemd's name ("x86-64").</summary>
    public required string Architecture { get; init; }

    /// <summary>The base that its packages come from ("debian").</summary>
    public required string Base { get; init; }

    /// <summary>The suite of the base ("forky").</summary>
    public required string Suite { get; init; }

    /// <summary>The SHA-256 of the lockfile that it was built from.</summary>
    public required string LockfileSha256 { get; init; }

    /// <summary>The time that stands in every time stamp of the parts, in seconds since 1970.</summary>
    public required long SourceDateEpoch { get; init; }

    /// <summary>The oldest release index that this release may be installed from; 0: any.</summary>
    public int MinimumVersion { get; init; }

    /// <summary>The root hash of the verity tree of /usr, in lower-case hexadecimal.</summary>
    public required string RootHash { get; init; }

    /// <summary>How the image of /usr was packed.</summary>
    public required ReleaseImage Image { get; init; }

    /// <summary>The files, in the order of their roles.</summary>
    public required IReadOnlyList<ReleasePart> Parts { get; init; }

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="BananaException">The file is missing, malformed, contradicts itself (<see cref="ExitCode.BadInput"/>) or is of a newer format (<see cref="ExitCode.NewerFormat"/>).</exception>
    public static ReleaseManifest Read(string path) => Parse(ReleaseJson.ReadFile(path), path);

    /// <summary>Reads and checks the bytes of a manifest.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="where">What to call the file in errors.</param>
    public static ReleaseManifest Parse(ReadOnlySpan<byte> json, string where)
    {
        var manifest = ReleaseJson.Deserialize(json, ReleaseJson.Canonical.ReleaseManifest, CurrentFormat, where);
        manifest.Check(where);
        return manifest;
    }

    /// <summary>The canonical bytes: the same manifest always gives the same.</summary>
    public byte[] ToJson()
    {
        Check(FileName);
        return ReleaseJson.Serialize(this with { Parts = [.. Parts.OrderBy(part => part.Role)] }, ReleaseJson.Canonical.ReleaseManifest);
    }

    /// <summary>Writes the manifest, whole or not at all.</summary>
    public Task WriteAsync(string path, CancellationToken cancellation) => AtomicFile.WriteAsync(path, ToJson(), cancellation);

    /// <summary>The part of a role, or null.</summary>
    public ReleasePart? Find(PartRole role) => Parts.FirstOrDefault(part => part.Role == role);

    private void Check(string where)
    {
        foreach (var (name, value) in new[] { ("id", Id), ("edition", Edition), ("architecture", Architecture), ("base", Base), ("suite", Suite) })
        {
            ReleaseJson.Require(value.Length > 0, where, $"'{name}' is empty");
        }

        ReleaseJson.Require(Sha256Digest.IsValid(LockfileSha256), where, "'lockfileSha256' is not a SHA-256 (64 lower-case hexadecimal digits)");
        ReleaseJson.Require(Sha256Digest.IsValid(RootHash), where, "'rootHash' is not a verity root hash (64 lower-case hexadecimal digits)");
        ReleaseJson.Require(SourceDateEpoch >= 0, where, "'sourceDateEpoch' is negative");
        ReleaseJson.Require(MinimumVersion >= 0, where, "'minimumVersion' is negative");
        ReleaseJson.Require(Image.BlockSize > 0 && Image.ClusterSize > 0, where, "'image' has a size that is not positive");
        var roles = new HashSet<PartRole>();
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in Parts)
        {
            ReleaseJson.Require(part is not null, where, "'parts' has an empty entry");
            ReleaseJson.Require(IsFileName(part!.File), where, $"part file '{part.File}' is not a plain file name");
            ReleaseJson.Require(part.Size >= 0, where, $"the size of part '{part.File}' is negative");
            ReleaseJson.Require(Sha256Digest.IsValid(part.Sha256), where, $"the sha256 of part '{part.File}' is not a SHA-256 (64 lower-case hexadecimal digits)");
            ReleaseJson.Require(Enum.IsDefined(part.Role) && roles.Add(part.Role), where, $"the role of part '{part.File}' is unknown or there twice");
            ReleaseJson.Require(files.Add(part.File), where, $"part '{part.File}' is there twice");
        }
    }

    // A manifest comes from a server: a name must never lead out of the release's directory.
    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= 255 && name is not ("." or ".." or FileName) && !name.AsSpan().ContainsAny('/', '\\', '\0');
}
