// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Formats.Tar;
using Banana.Bases.Files;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Bases.Debian;

/// <summary>Puts staged packages into a tree, as dpkg would unpack them one after the other.</summary>
/// <param name="tree">The tree.</param>
internal sealed class TreeMerger(string tree)
{
    private const UnixFileMode DirectoryMode = (UnixFileMode)0x1ed; // 0755
    private const string NewConfiguration = ".dpkg-new";
    private readonly TreePaths paths = new(tree);
    private readonly Dictionary<string, StagedPackage> owners = new(StringComparer.Ordinal);

    /// <summary>Makes the links of a merged /usr, which every package of a suite that we know expects.</summary>
    public void PrepareMergedUsr()
    {
        foreach (var name in new[] { "bin", "lib", "lib64", "sbin" })
        {
            Directory.CreateDirectory(Path.Combine(tree, "usr", name), DirectoryMode);
            File.CreateSymbolicLink(Path.Combine(tree, name), "usr/" + name);
        }
    }

    /// <summary>Puts a package into the tree, to be configured by dpkg: its configuration files get the name that dpkg gives to new ones.</summary>
    public void Merge(StagedPackage package)
    {
        foreach (var file in package.Files)
        {
            if (file.Type == TarEntryType.Directory)
            {
                MergeDirectory(file);
            }
            else if (TakeOver(package, paths.Locate(file.Path), file.Path))
            {
                MergeFile(package, file, isConfiguration: package.ConfigurationFiles.Contains(file.Path));
            }
        }
    }

    /// <summary>
    /// Puts the files of a package into the tree so that programs run by them before dpkg knows of the package:
    /// configuration files too, under their own names. What is there is then what dpkg finds, and it asks no questions about it.
    /// </summary>
    /// <param name="package">The package.</param>
    /// <param name="onlyConfiguration">Whether only copies of its configuration files are wanted.</param>
    public void Bootstrap(StagedPackage package, bool onlyConfiguration)
    {
        foreach (var file in package.Files)
        {
            if (onlyConfiguration && package.ConfigurationFiles.Contains(file.Path) && file.Type == TarEntryType.RegularFile)
            {
                var path = paths.Locate(file.Path);
                File.Copy(path + NewConfiguration, path);
                UnixFile.SetOwner(path, file.Owner, file.Group);
                File.SetUnixFileMode(path, file.Mode);
            }
            else if (!onlyConfiguration && file.Type == TarEntryType.Directory)
            {
                MergeDirectory(file);
            }
            else if (!onlyConfiguration)
            {
                MergeFile(package, file, isConfiguration: false);
            }
        }
    }

    /// <summary>Whether a path of a package was taken over by another one, which says that it replaces it.</summary>
    public bool IsTakenOver(StagedPackage package, string path) =>
        owners.TryGetValue(paths.Locate(path), out var owner) && owner.Name != package.Name;

    private void MergeDirectory(StagedFile file)
    {
        var path = paths.LocateDirectory(file.Path);
        if (Directory.Exists(path))
        {
            return; // The first package that ships a directory decides about it, as with dpkg.
        }

        Directory.CreateDirectory(path, DirectoryMode);
        UnixFile.SetOwner(path, file.Owner, file.Group);
        File.SetUnixFileMode(path, file.Mode);
        Directory.SetLastWriteTimeUtc(path, file.Modified);
    }

    private void MergeFile(StagedPackage package, StagedFile file, bool isConfiguration)
    {
        var path = paths.Locate(file.Path);
        if (Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            throw new BananaException(ExitCode.BadInput, $"{package.Locked.Title} ships {file.Path}, which is a directory in another package", next: "leave one of them out of the definition");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!, DirectoryMode);
        path += isConfiguration ? NewConfiguration : string.Empty;

        switch (file.Type)
        {
            case TarEntryType.RegularFile:
                File.Move(file.Content!, path, overwrite: true);
                break;
            case TarEntryType.SymbolicLink:
                File.Delete(path);
                File.CreateSymbolicLink(path, file.Link!);
                if (file.Owner != 0 || file.Group != 0)
                {
                    UnixFile.SetOwner(path, file.Owner, file.Group);
                }

                File.SetLastWriteTimeUtc(path, file.Modified);
                break;
            case TarEntryType.HardLink:
                File.Delete(path);
                UnixFile.HardLink(paths.Locate(file.Link!) + (isConfiguration ? NewConfiguration : string.Empty), path);
                break;
        }
    }

    /// <summary>Decides who gets a file that two packages ship.</summary>
    private bool TakeOver(StagedPackage package, string path, string name)
    {
        if (owners.TryGetValue(path, out var other) && other.Name != package.Name)
        {
            if (Replaces(other, package))
            {
                return false;
            }

            if (!Replaces(package, other))
            {
                throw new BananaException(ExitCode.BadInput, $"{package.Locked.Title} and {other.Locked.Title} both ship {name}", next: "leave one of them out of the definition");
            }
        }

        owners[path] = package;
        return true;
    }

    private static bool Replaces(StagedPackage package, StagedPackage other) =>
        Dependency.Parse(package.Control["Replaces"]).Any(names => names.Contains(other.Name, StringComparer.Ordinal));
}
