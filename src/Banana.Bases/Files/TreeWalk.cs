// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.IO.Enumeration;

namespace Banana.Bases.Files;

/// <summary>Walks trees without following symbolic links: .NET's own recursion follows them, and absolute ones lead to the host.</summary>
internal static class TreeWalk
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Everything below a directory.</summary>
    public static IEnumerable<FileSystemInfo> Below(string tree) =>
        new FileSystemEnumerable<FileSystemInfo>(tree, (ref entry) => entry.ToFileSystemInfo(), Everything)
        {
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
}
