// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit.House;

/// <summary>The files of the checkout that people wrote.</summary>
internal static class SourceFiles
{
    // What builds make, and what git and editors keep beside the sources.
    private static readonly string[] NotOurs = [".git", "artifacts", "out", ".vs", ".vscode", ".idea", "banana.local.yaml"];

    /// <summary>Their paths from the top of the checkout; symbolic links are passed over.</summary>
    public static IEnumerable<string> All() => Below(new DirectoryInfo(Checkout.Root), top: true).Select(file => Path.GetRelativePath(Checkout.Root, file.FullName));

    /// <summary>The C# files.</summary>
    public static IEnumerable<string> CSharp() => All().Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Checkout.Root, file));

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder, bool top)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.LinkTarget is not null || (top && NotOurs.Contains(entry.Name, StringComparer.Ordinal)))
            {
                continue;
            }

            foreach (var file in entry is DirectoryInfo below ? Below(below, top: false) : [(FileInfo)entry])
            {
                yield return file;
            }
        }
    }
}
