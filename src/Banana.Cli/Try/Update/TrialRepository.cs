// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Formats.Release;
using Banana.Foundation.Files;

namespace Banana.Cli.Try.Update;

/// <summary>
/// The two repositories of a trial. One belongs to the very releases that it has, and is kept, because their patch takes minutes;
/// when sources changed there are other releases, and it is begun anew. Its copy is what devices see: it begins with those releases
/// in each trial, whatever an earlier one published after them.
/// </summary>
internal static class TrialRepository
{
    private const int NameLength = 16;

    /// <summary>What devices see.</summary>
    public static string Seen(string folder) => Path.Combine(folder, "repository");

    /// <summary>Where some releases are published and kept; what was kept of others is deleted.</summary>
    /// <param name="folder">The trial's folder.</param>
    /// <param name="releases">The releases, in their order.</param>
    public static string Kept(string folder, IEnumerable<ReleaseDirectory> releases)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var release in releases)
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(release.Path, ReleaseManifest.FileName)));
        }

        var all = Directory.CreateDirectory(Path.Combine(folder, "published"));
        var name = Convert.ToHexStringLower(hash.GetHashAndReset())[..NameLength];
        foreach (var other in all.EnumerateDirectories().Where(other => other.Name != name))
        {
            ArtifactCache.DeleteTree(other.FullName);
        }

        return Path.Combine(all.FullName, name);
    }

    /// <summary>Makes what devices see a copy of a repository: the same files under a second name. A store never writes into a file.</summary>
    /// <param name="kept">The repository.</param>
    /// <param name="folder">The trial's folder.</param>
    public static void Show(string kept, string folder)
    {
        var seen = Seen(folder);
        ArtifactCache.DeleteTree(seen);
        Directory.CreateDirectory(seen);
        foreach (var inner in Directory.EnumerateDirectories(kept, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(seen, Path.GetRelativePath(kept, inner)));
        }

        // Locks and what a killed writer left are the store's own.
        foreach (var file in Directory.EnumerateFiles(kept, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith('.')))
        {
            UnixFile.HardLink(file, Path.Combine(seen, Path.GetRelativePath(kept, file)));
        }
    }
}
