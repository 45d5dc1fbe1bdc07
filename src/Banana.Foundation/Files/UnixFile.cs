// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Files;

/// <summary>Operations on files that exist on Unix only.</summary>
public static class UnixFile
{
    /// <summary>Makes a hard link: a second name for the same inode.</summary>
    public static void HardLink(string existing, string path) => LibC.Check(LibC.Link(existing, path), path);

    /// <summary>Sets the owner of a file, or of a symbolic link itself.</summary>
    public static void SetOwner(string path, uint owner, uint group) => LibC.Check(LibC.LChown(path, owner, group), path);

    /// <summary>Sets the mask of this process to 022, so that no result depends on the user's.</summary>
    public static void UseStandardMask() => _ = LibC.UMask(0x12);

    /// <summary>Makes the names in a directory durable (a rename is on the disk only after this).</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = LibC.Open(path, 0x10000 /* O_DIRECTORY | O_RDONLY */);
        LibC.Check(descriptor, path);
        try
        {
            LibC.Check(LibC.FSync(descriptor), path);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    /// <summary>Whether a path exists, without following a symbolic link.</summary>
    public static bool Exists(string path) => new FileInfo(path) is { } file && (file.Exists || file.LinkTarget is not null || Directory.Exists(path));
}
