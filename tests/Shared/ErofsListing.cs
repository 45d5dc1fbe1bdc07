// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Banana.Formats.Erofs;

namespace Banana.Tests.Shared;

/// <summary>Everything about the files of an image that two views of it must agree on, one line a file: a failed comparison then shows what differs.</summary>
internal static class ErofsListing
{
    /// <summary>The view of our own reader.</summary>
    public static List<string> Of(ErofsImage image)
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

    /// <summary>Takes the sizes of directories out of a view, to compare it with that of a tree on another file system.</summary>
    public static List<string> WithoutDirectorySizes(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Contains(" type=Directory ", StringComparison.Ordinal) ? Regex.Replace(line, " size=[0-9]+ ", " size=-1 ", default, TimeSpan.FromSeconds(1)) : line)];

    /// <summary>The line of a file.</summary>
    public static string Line(string path, int mode, uint links, uint owner, uint group, string firstName, long size, long seconds, uint nanoseconds, int major, int minor, string content, IEnumerable<(string Name, byte[] Value)> xattrs)
    {
        var attributes = string.Join(',', xattrs.OrderBy(xattr => xattr.Name, StringComparer.Ordinal).Select(xattr => $"{xattr.Name}={Convert.ToHexString(xattr.Value)}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"/{path} type={(ErofsFileType)(mode & 0xF000)} mode={Convert.ToString(mode & 0xFFF, 8)} links={links} owner={owner}:{group} same={firstName} size={size} time={seconds}.{nanoseconds:000000000} device={major}:{minor} content={content} xattrs={attributes}");
    }
}
