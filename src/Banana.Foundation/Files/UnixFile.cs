// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Microsoft.Win32.SafeHandles;

namespace Banana.Foundation.Files;

/// <summary>Operations on files that exist on Unix only.</summary>
public static class UnixFile
{
    /// <summary>The size of an open file or block device in bytes; fstat(2), which .NET asks, says 0 for a device.</summary>
    public static long LengthOf(SafeFileHandle file, string path)
    {
        const int SeekEnd = 2;
        var length = LibC.LSeek(file, 0, SeekEnd);
        LibC.Check(length < 0 ? -1 : 0, path);
        return length;
    }

    /// <summary>Asks the kernel to forget what it holds of a file in memory, so that the next read comes from the disk; only what was synced is forgotten.</summary>
    public static void ForgetCached(SafeFileHandle file)
    {
        const int DontNeed = 4;
        _ = LibC.FAdvise(file, 0, 0, DontNeed); // advice: whether it is taken makes no difference to what is read
    }

    /// <summary>Makes a hard link: a second name for the same inode.</summary>
    public static void HardLink(string existing, string path) => LibC.Check(LibC.Link(existing, path), path);

    /// <summary>Sets the owner of a file, or of a symbolic link itself.</summary>
    public static void SetOwner(string path, uint owner, uint group) => LibC.Check(LibC.LChown(path, owner, group), path);

    /// <summary>Sets the mask of this process to 022, so that no result depends on the user's.</summary>
    public static void UseStandardMask() => _ = LibC.UMask(0x12);

    /// <summary>Makes the names in a directory durable (a rename is on the disk only after this).</summary>
    public static void SyncDirectory(string path) => SyncThrough(path, LibC.FSync);

    /// <summary>Makes all that was written to the file system of a directory durable (syncfs(2)): cheaper than one fsync for each of many small files.</summary>
    public static void SyncFileSystem(string path) => SyncThrough(path, LibC.SyncFS);

    private static void SyncThrough(string path, Func<int, int> sync)
    {
        var descriptor = LibC.Open(path, 0x10000 /* O_DIRECTORY | O_RDONLY */);
        LibC.Check(descriptor, path);
        try
        {
            LibC.Check(sync(descriptor), path);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    /// <summary>Owner, mode and identity of a path, without following a symbolic link (statx(2)).</summary>
    public static unsafe UnixStat Stat(string path)
    {
        const int AtCurrentDirectory = -100;
        const int NoFollow = 0x100;
        const uint BasicStats = 0x7ff;
        var buffer = stackalloc byte[256];
        LibC.Check(LibC.StatX(AtCurrentDirectory, path, NoFollow, BasicStats, buffer), path);
        return new UnixStat(*(ushort*)(buffer + 28), *(uint*)(buffer + 20), *(uint*)(buffer + 24), *(ulong*)(buffer + 32), *(uint*)(buffer + 16), *(long*)(buffer + 40));
    }

    /// <summary>Whether a path exists, without following a symbolic link.</summary>
    public static bool Exists(string path) => new FileInfo(path) is { } file && (file.Exists || file.LinkTarget is not null || Directory.Exists(path));
}

/// <summary>What statx(2) says of a path.</summary>
/// <param name="Mode">Type and permissions (st_mode).</param>
/// <param name="Owner">The numeric owner.</param>
/// <param name="Group">The numeric group.</param>
/// <param name="Inode">The inode number.</param>
/// <param name="Links">How many names the inode has.</param>
/// <param name="Size">The size in bytes.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct UnixStat(ushort Mode, uint Owner, uint Group, ulong Inode, uint Links, long Size)
{
    /// <summary>The permissions with set-id and sticky bits, as four octal digits.</summary>
    public string Permissions => Convert.ToString(Mode & 0xfff, 8).PadLeft(4, '0');
}
