// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Bases.Files;

/// <summary>
/// Follows symbolic links as they look from inside a tree: an absolute one starts at the tree and not at the host's root,
/// and none leads out of it.
/// </summary>
/// <param name="root">The tree.</param>
internal sealed class TreePaths(string root)
{
    private const int MostLinks = 40; // as Linux (ELOOP)
    private readonly string root = Path.GetFullPath(root).TrimEnd('/');
    private readonly Dictionary<string, string> directories = new(StringComparer.Ordinal);

    /// <summary>The path on the host of a path inside, with links resolved in all its parts but the last.</summary>
    /// <param name="path">The absolute path inside.</param>
    public string Locate(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 || path.Length == 1 ? root : $"{LocateDirectory(path[..slash])}/{path[(slash + 1)..]}";
    }

    /// <summary>The path on the host of a file inside, with links resolved in all its parts; null when there is no such file.</summary>
    public string? LocateFile(string path)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            var found = Locate(path);
            if (new FileInfo(found).LinkTarget is not { } target)
            {
                return Path.Exists(found) ? found : null;
            }

            path = target.StartsWith('/') ? Normalize(target) : Normalize($"{Inside(Path.GetDirectoryName(found)!)}/{target}");
        }

        return null;
    }

    /// <summary>The directory on the host of a directory inside, all links resolved. It need not exist.</summary>
    public string LocateDirectory(string path) => LocateDirectory(path, 0);

    private string LocateDirectory(string path, int links)
    {
        if (path is "" or "/")
        {
            return root;
        }

        if (directories.TryGetValue(path, out var known))
        {
            return known;
        }

        if (links > MostLinks)
        {
            throw new BananaException(ExitCode.BadInput, $"{path} is a loop of symbolic links", where: root);
        }

        var slash = path.LastIndexOf('/');
        var parent = LocateDirectory(path[..slash], links);
        var found = $"{parent}/{path[(slash + 1)..]}";
        if (new FileInfo(found).LinkTarget is { } target)
        {
            var inside = target.StartsWith('/') ? Normalize(target) : Normalize($"{Inside(parent)}/{target}");
            found = LocateDirectory(inside, links + 1);
        }

        // Only what exists is remembered: the next package may bring a link of this name.
        if (Directory.Exists(found))
        {
            directories[path] = found;
        }

        return found;
    }

    private string Inside(string found) => found[root.Length..];

    private static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
