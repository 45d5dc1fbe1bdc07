// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Forge.Trees;

/// <summary>
/// Debian's alternatives: <c>/usr/bin/awk → /etc/alternatives/awk → /usr/bin/mawk</c>. A hermetic /usr must not
/// go through /etc, so each such link is made to point at what it finally reaches, relative to itself.
/// </summary>
public static class Alternatives
{
    private const string Folder = "/etc/alternatives";
    private const int DeepestChain = 16;

    /// <summary>Resolves all links below /usr and removes the folder.</summary>
    /// <returns>Notes for the build log: links that led nowhere and were removed, and links that still leave /usr.</returns>
    public static IReadOnlyList<string> Resolve(StagedTree tree)
    {
        List<string> notes = [];
        foreach (var entry in tree.Walk("/usr").Where(e => e.LinkTarget is not null).ToList())
        {
            var path = tree.Relative(entry);
            var target = Absolute(path, entry.LinkTarget!);
            if (target.StartsWith(Folder + "/", StringComparison.Ordinal))
            {
                if (Follow(tree, target) is { } reached)
                {
                    tree.Link(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, reached));
                }
                else
                {
                    tree.Remove(path);
                    notes.Add($"removed {path}: its alternative {target} leads nowhere");
                }
            }
            else if (!target.StartsWith("/usr/", StringComparison.Ordinal) && !IsMergedName(target))
            {
                notes.Add($"leaves /usr: {path} -> {entry.LinkTarget}");
            }
        }

        tree.Remove(Folder);
        return notes;
    }

    private static string? Follow(StagedTree tree, string path)
    {
        for (var depth = 0; depth < DeepestChain && path.StartsWith(Folder + "/", StringComparison.Ordinal); depth++)
        {
            if (new FileInfo(tree.PathOf(path)).LinkTarget is not { } target)
            {
                return null;
            }

            path = Absolute(path, target);
        }

        path = IsMergedName(path) ? "/usr" + path : path;
        return !path.StartsWith(Folder + "/", StringComparison.Ordinal) && tree.Has(path) ? path : null;
    }

    // /bin, /sbin, /lib and /lib64 are links to their namesakes in /usr on every system with a merged /usr.
    private static bool IsMergedName(string path) =>
        path.StartsWith("/bin/", StringComparison.Ordinal) || path.StartsWith("/sbin/", StringComparison.Ordinal) ||
        path.StartsWith("/lib/", StringComparison.Ordinal) || path.StartsWith("/lib64/", StringComparison.Ordinal);

    private static string Absolute(string path, string target) => Path.GetFullPath(target, Path.GetDirectoryName(path)!);
}
