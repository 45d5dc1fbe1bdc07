// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using Banana.Formats.Erofs;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Erofs;

/// <summary>Everything about a file that two views of an image must agree on, as one line: a failed comparison then shows what differs.</summary>
internal static class FileRecord
{
    /// <summary>The view of our own reader.</summary>
    public static List<string> Ours(ErofsImage image)
    {
        List<string> lines = [];
        var firstNames = new Dictionary<ulong, string>();
        foreach (var (path, inode) in image.Walk())
        {
            var content = string.Empty;
            if (inode.Type == ErofsFileType.Regular)
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                image.CopyTo(inode, hash.AppendData);
                content = Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            else if (inode.Type == ErofsFileType.SymbolicLink)
            {
                content = image.ReadLink(inode);
            }

            firstNames.TryAdd(inode.Nid, path);
            lines.Add(Line(path, (int)inode.Type | inode.Permissions, inode.LinkCount, inode.Owner, inode.Group, firstNames[inode.Nid], inode.Size, inode.ModifiedSeconds,
                inode.ModifiedNanoseconds, inode.DeviceMajor, inode.DeviceMinor, content, image.ReadXattrs(inode).Select(xattr => (xattr.Name, xattr.Value))));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The view of the kernel, of a mounted image or of an extracted tree.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="withDirectorySizes">Off for a tree on another file system, whose directories have sizes of their own.</param>
    public static List<string> OfFolder(string root, bool withDirectorySizes)
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
            lines.Add(Line(path, status.Mode, status.LinkCount, status.Owner, status.Group, firstNames[status.Inode], withDirectorySizes || type != ErofsFileType.Directory ? status.Size : -1,
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

    /// <summary>Takes the sizes of directories out of a view, to compare it with that of a tree on another file system.</summary>
    public static List<string> WithoutDirectorySizes(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Contains(" type=Directory ", StringComparison.Ordinal) ? System.Text.RegularExpressions.Regex.Replace(line, " size=[0-9]+ ", " size=-1 ", default, TimeSpan.FromSeconds(1)) : line)];

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string Line(string path, int mode, uint links, uint owner, uint group, string firstName, long size, long seconds, uint nanoseconds, int major, int minor, string content, IEnumerable<(string Name, byte[] Value)> xattrs)
    {
        var attributes = string.Join(',', xattrs.OrderBy(xattr => xattr.Name, StringComparer.Ordinal).Select(xattr => $"{xattr.Name}={Convert.ToHexString(xattr.Value)}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"/{path} type={(ErofsFileType)(mode & 0xF000)} mode={Convert.ToString(mode & 0xFFF, 8)} links={links} owner={owner}:{group} same={firstName} size={size} time={seconds}.{nanoseconds:000000000} device={major}:{minor} content={content} xattrs={attributes}");
    }
}
