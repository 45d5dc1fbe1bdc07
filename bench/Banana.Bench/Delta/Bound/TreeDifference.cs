// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.IO.Enumeration;
using Banana.Foundation.Files;

namespace Banana.Bench.Delta.Bound;

/// <summary>The regular files of two trees that are not the same. Times, owners and modes do not count: they are a few bytes of metadata.</summary>
/// <param name="Files">How many files the new tree has, each inode once.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Changed">Files of the new tree that have other contents in the old one, by path.</param>
/// <param name="Added">Files that the old tree does not have, by path.</param>
/// <param name="Gone">How many files only the old tree has.</param>
internal sealed record TreeDifference(int Files, long Bytes, IReadOnlyList<string> Changed, IReadOnlyList<string> Added, int Gone)
{
    private const int BufferSize = 1 << 20;
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Compares two trees, contents byte by byte.</summary>
    public static TreeDifference Between(string oldTree, string newTree, CancellationToken cancellation)
    {
        var old = FilesOf(oldTree);
        var current = FilesOf(newTree);
        List<string> changed = [], added = [];
        foreach (var (path, size) in current.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!old.TryGetValue(path, out var before))
            {
                added.Add(path);
            }
            else if (before != size || !AreEqual(Path.Combine(oldTree, path), Path.Combine(newTree, path)))
            {
                changed.Add(path);
            }
        }

        return new TreeDifference(current.Count, current.Values.Sum(), changed, added, old.Keys.Count(path => !current.ContainsKey(path)));
    }

    /// <summary>The size of each file by its path below the tree. Of several names of one inode only the first counts: an image holds its contents once.</summary>
    private static Dictionary<string, long> FilesOf(string tree)
    {
        var files = new FileSystemEnumerable<string>(tree, (ref entry) => entry.ToFullPath(), Everything)
        {
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var seen = new HashSet<ulong>();
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            var stat = UnixFile.Stat(path);
            if (stat.Links == 1 || seen.Add(stat.Inode))
            {
                found[Path.GetRelativePath(tree, path)] = stat.Size;
            }
        }

        return found;
    }

    private static bool AreEqual(string one, string other)
    {
        using var a = File.OpenHandle(one, options: FileOptions.SequentialScan);
        using var b = File.OpenHandle(other, options: FileOptions.SequentialScan);
        var (left, right) = (new byte[BufferSize], new byte[BufferSize]);
        for (var offset = 0L; ;)
        {
            var read = RandomAccess.Read(a, left, offset);
            if (read == 0)
            {
                return true;
            }

            var filled = 0;
            while (filled < read)
            {
                var more = RandomAccess.Read(b, right.AsSpan(filled, read - filled), offset + filled);
                if (more == 0)
                {
                    return false;
                }

                filled += more;
            }

            if (!left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
            {
                return false;
            }

            offset += read;
        }
    }
}
