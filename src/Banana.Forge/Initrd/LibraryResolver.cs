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
            // What a program merely opens may be missing: it then says so itself, if it minds.
            IEnumerable<string> opened = elf.Opened.Where(library => library.Needed).Select(library => library.Names.FirstOrDefault(name => Find(name, search) is not null)).OfType<string>();
            IEnumerable<string> needed = [.. elf.Needed, .. elf.Interpreter is { } loader ? new[] { loader } : [], .. opened];
            foreach (var name in needed)
            {
                // A library that is loaded already serves all that ask for it by name, wherever it is (ld.so(8)).
                if ((Find(name, search) ?? seen.FirstOrDefault(loaded => Path.GetFileName(loaded) == name)) is not { } found)
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

    private string? Find(string name, IEnumerable<string> search)
    {
        var candidates = name.Contains('/') ? [Canonical(name)] : search.Select(folder => Canonical(folder + "/" + name));
        return candidates.FirstOrDefault(candidate => File.Exists(tree.PathOf(candidate)));
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
