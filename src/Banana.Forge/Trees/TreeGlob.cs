// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using System.Text.RegularExpressions;

namespace Banana.Forge.Trees;

/// <summary>Finds paths of a tree by a glob: <c>*</c> and <c>?</c> within a name, <c>**</c> across folders, <c>{a,b}</c> for one of several.</summary>
public static class TreeGlob
{
    /// <summary>The paths below a tree that match, relative with a leading slash, sorted; a folder that matches stands for all in it. Links are not followed.</summary>
    public static IReadOnlyList<string> Find(string tree, string pattern)
    {
        pattern = "/" + pattern.Trim('/');
        var wild = pattern.IndexOfAny(['*', '?', '{']);
        if (wild < 0)
        {
            return Path.Exists(tree + pattern) || new FileInfo(tree + pattern).LinkTarget is not null ? [pattern] : [];
        }

        // Only what lies below the last folder without a wildcard can match.
        var start = tree + pattern[..pattern.LastIndexOf('/', wild)];
        var regex = ToRegex(pattern);
        List<string> found = [];
        Walk(start);
        found.Sort(StringComparer.Ordinal);
        return found;

        void Walk(string directory)
        {
            if (!Directory.Exists(directory))
            {
                return;
            }

            foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", Everything))
            {
                var path = entry.FullName[tree.Length..];
                if (regex.IsMatch(path))
                {
                    found.Add(path);
                }
                else if (entry is DirectoryInfo && entry.LinkTarget is null)
                {
                    Walk(entry.FullName);
                }
            }
        }
    }

    /// <summary>Enumeration of every entry, hidden ones too (the default skips them).</summary>
    internal static EnumerationOptions Everything { get; } = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = false, ReturnSpecialDirectories = false };

    private static Regex ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        var inBraces = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 2 < pattern.Length && pattern[i + 1] == '*' && pattern[i + 2] == '/':
                    regex.Append("(?:.*/)?");
                    i += 2;
                    break;
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    regex.Append(".*");
                    i++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '{':
                    inBraces = true;
                    regex.Append("(?:");
                    break;
                case '}' when inBraces:
                    inBraces = false;
                    regex.Append(')');
                    break;
                case ',' when inBraces:
                    regex.Append('|');
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }
}
