// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Hashing;

namespace Banana.Forge.Trees;

/// <summary>A folder of the definition whose files are laid over a tree.</summary>
public static class Overlay
{
    /// <summary>Lays the files of a folder over a tree. Owners, modes and times of the checkout do not matter, only which files are executable.</summary>
    public static void Apply(string folder, StagedTree tree)
    {
        var source = new StagedTree(folder);
        foreach (var entry in source.Walk("/"))
        {
            var path = source.Relative(entry);
            if (entry.LinkTarget is { } target)
            {
                tree.Link(path, target);
            }
            else if (entry is DirectoryInfo)
            {
                tree.MakeFolder(path);
            }
            else
            {
                tree.CopyIn(entry.FullName, path);
            }
        }
    }

    /// <summary>A digest of all that <see cref="Apply"/> uses of a folder.</summary>
    public static async Task<string> DigestAsync(string folder, CancellationToken cancellation)
    {
        using var hash = new InputHash();
        var source = new StagedTree(folder);
        foreach (var entry in source.Walk("/"))
        {
            var path = source.Relative(entry);
            if (entry.LinkTarget is { } target)
            {
                hash.Add(path, "link " + target);
            }
            else if (entry is FileInfo)
            {
                var executable = (File.GetUnixFileMode(entry.FullName) & UnixFileMode.UserExecute) != UnixFileMode.None;
                hash.Add(path, $"file {executable} {await Sha256Digest.OfFileAsync(entry.FullName, cancellation)}");
            }
            else
            {
                hash.Add(path, "folder");
            }
        }

        return hash.Digest();
    }
}
