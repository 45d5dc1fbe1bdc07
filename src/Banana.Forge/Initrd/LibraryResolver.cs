// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Forge.Trees;

namespace Banana.Forge.Initrd;

/// <summary>Finds the shared libraries that programs of a tree need, as the tree's dynamic loader would, without running anything.</summary>
/// <param name="tree">The tree.</param>
public sealed class LibraryResolver(StagedTree tree)
{
    private readonly List<string> folders = DefaultFolders(tree);

    /// <summary>The files (paths in the tree) that these files need, and those need in turn, without the files themselves.</summary>
    /// <exception cref="BananaException">A library is not in the tree.</exception>
    public IReadOnlyCollection<string> Closure(IEnumerable<string> files)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var pending = new Queue<string>(files);
        while (pending.TryDequeue(out var path))
        {
            if (ElfFile.Read(tree.PathOf(path)) is not { } elf)
            {
                continue;
            }

            var origin = Path.GetDirectoryName(path)!;
            var search = elf.RunPaths.Select(folder => folder.Replace("$ORIGIN", origin, StringComparison.Ordinal)).Concat(folders).ToList();
            IEnumerable<string> needed = elf.Interpreter is { } loader ? [.. elf.Needed, loader] : elf.Needed;
            foreach (var name in needed)
            {
                var found = name.Contains('/')
                    ? Canonical(name)
                    : search.Select(folder => Canonical(folder + "/" + name)).FirstOrDefault(candidate => File.Exists(tree.PathOf(candidate)));
                if (found is null || !File.Exists(tree.PathOf(found)))
                {
                    throw new BananaException(ExitCode.BadInput, $"needs the library {name}, which no package of the definition brings", path, "add the package to a set, or take the file out of os/initrd.yaml");
                }

                if (seen.Add(found))
                {
                    pending.Enqueue(found);
                }
            }
        }

        return seen;
    }

    // /lib64/ld-linux-x86-64.so.2 and the like: with a merged /usr these folders are links into it.
    private static string Canonical(string path) =>
        path.StartsWith("/usr/", StringComparison.Ordinal) ? path : "/usr/" + path.TrimStart('/');

    private static List<string> DefaultFolders(StagedTree tree)
    {
        List<string> found = [];
        foreach (var folder in new[] { "/usr/lib", "/usr/lib64" })
        {
            // Debian's multiarch folders come before the plain ones; other bases have none.
            found.AddRange(TreeGlob.Find(tree.Root, folder + "/*-linux-gnu"));
            if (Directory.Exists(tree.PathOf(folder)))
            {
                found.Add(folder);
            }
        }

        return found;
    }
}
