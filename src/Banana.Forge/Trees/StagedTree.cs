// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Files;

namespace Banana.Forge.Trees;

/// <summary>
/// A tree that shares its files with another one by hard links, and may be changed without changing that one.
/// The rule that makes it safe: a file is never written in place, only replaced or removed.
/// </summary>
/// <param name="root">The folder of the tree, absolute, without a slash at its end.</param>
public sealed class StagedTree(string root)
{
    /// <summary>The folder of the tree.</summary>
    public string Root => root;

    /// <summary>The place on the host of a path of the tree ("/usr/bin/sh").</summary>
    public string PathOf(string path) => root + "/" + path.TrimStart('/');

    /// <summary>Whether a path is there; a link counts whether or not its target is there.</summary>
    public bool Has(string path) => UnixFile.Exists(PathOf(path));

    /// <summary>Reads a text file; null if it is not there.</summary>
    public string? ReadText(string path) => File.Exists(PathOf(path)) ? File.ReadAllText(PathOf(path)) : null;

    /// <summary>Puts a text file in place of whatever is there, owned by root.</summary>
    public void WriteText(string path, string content, bool executable = false) =>
        Replace(path, target => File.WriteAllText(target, content), executable ? Modes.Executable : Modes.File);

    /// <summary>Puts a copy of a file in place of whatever is there, owned by root, with a mode that does not depend on the checkout's.</summary>
    public void CopyIn(string source, string path) =>
        Replace(path, target => File.Copy(source, target), (File.GetUnixFileMode(source) & UnixFileMode.UserExecute) != UnixFileMode.None ? Modes.Executable : Modes.File);

    /// <summary>Puts a symbolic link in place of whatever is there.</summary>
    public void Link(string path, string target)
    {
        Remove(path);
        MakeFolder(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(PathOf(path), target);
    }

    /// <summary>Makes a folder and those above it, owned by root, mode 0755. Existing ones stay as they are.</summary>
    public void MakeFolder(string path)
    {
        if (path is "" or "/" || Directory.Exists(PathOf(path)))
        {
            return;
        }

        MakeFolder(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(PathOf(path));
        File.SetUnixFileMode(PathOf(path), Modes.Folder);
    }

    /// <summary>Removes a file, a link, or a folder with all in it; nothing happens if it is not there.</summary>
    public void Remove(string path)
    {
        var place = PathOf(path);
        if (new FileInfo(place).LinkTarget is not null || File.Exists(place))
        {
            File.Delete(place);
        }
        else
        {
            ArtifactCache.DeleteTree(place);
        }
    }

    /// <summary>Moves a file or folder.</summary>
    public void Move(string from, string to)
    {
        MakeFolder(Path.GetDirectoryName(to)!);
        Directory.Move(PathOf(from), PathOf(to));
    }

    /// <summary>Every entry below a folder, depth first, sorted by name: a file or link, or a folder before what is in it.</summary>
    public IEnumerable<FileSystemInfo> Walk(string path)
    {
        var folder = new DirectoryInfo(PathOf(path));
        if (!folder.Exists)
        {
            yield break;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos("*", TreeGlob.Everything).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            yield return entry;
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                foreach (var below in Walk(Relative(entry)))
                {
                    yield return below;
                }
            }
        }
    }

    /// <summary>The path of an entry in the tree, with a leading slash.</summary>
    public string Relative(FileSystemInfo entry) => entry.FullName[root.Length..];

    private void Replace(string path, Action<string> write, UnixFileMode mode)
    {
        Remove(path);
        MakeFolder(Path.GetDirectoryName(path)!);
        write(PathOf(path));
        File.SetUnixFileMode(PathOf(path), mode);
    }
}

/// <summary>The modes of what we put into trees.</summary>
public static class Modes
{
    /// <summary>0644.</summary>
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable = File | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>0755.</summary>
    public const UnixFileMode Folder = Executable;
}
