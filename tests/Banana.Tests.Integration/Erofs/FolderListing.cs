// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using Banana.Formats.Erofs;
using Banana.Tests.Integration.Tools;
using Banana.Tests.Shared;

namespace Banana.Tests.Integration.Erofs;

/// <summary>The view of the kernel on a folder: a mounted image, or an extracted tree.</summary>
internal static class FolderListing
{
    /// <summary>Lists a folder as <see cref="ErofsListing"/> lists an image.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="withDirectorySizes">Off for a tree on another file system, whose directories have sizes of their own.</param>
    public static List<string> Of(string root, bool withDirectorySizes)
    {
        List<string> lines = [];
        var firstNames = new Dictionary<ulong, string>();
        Add(root, string.Empty);
        lines.Sort(StringComparer.Ordinal);
        return lines;

        void Add(string full, string path)
        {
            var status = Posix.Stat(full);
            var type = (ErofsFileType)(status.Mode & 0xF000);
            var content = type switch
            {
                ErofsFileType.Regular => Hash(full),
                ErofsFileType.SymbolicLink => new FileInfo(full).LinkTarget!,
                _ => string.Empty,
            };
            firstNames.TryAdd(status.Inode, path);
            lines.Add(ErofsListing.Line(path, status.Mode, status.LinkCount, status.Owner, status.Group, firstNames[status.Inode], withDirectorySizes || type != ErofsFileType.Directory ? status.Size : -1,
                status.Seconds, status.Nanoseconds, status.DeviceMajor, status.DeviceMinor, content, Posix.Xattrs(full).Select(pair => (pair.Key, pair.Value))));
            if (type == ErofsFileType.Directory)
            {
                foreach (var name in new DirectoryInfo(full).EnumerateFileSystemInfos().Select(info => info.Name).Order(StringComparer.Ordinal))
                {
                    Add(Path.Combine(full, name), path.Length == 0 ? name : $"{path}/{name}");
                }
            }
        }
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
