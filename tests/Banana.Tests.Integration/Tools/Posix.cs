// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Banana.Tests.Integration.Tools;

/// <summary>The calls of the C library that these tests look at the kernel's view with.</summary>
internal static partial class Posix
{
    public const int NewMountNamespace = 0x20000;
    public const ulong ReadOnly = 1;
    public const ulong RecursivePrivate = 0x4000 | (1 << 18);

    /// <summary>What statx(2) says of a file, links not followed.</summary>
    public sealed record Status(int Mode, uint LinkCount, uint Owner, uint Group, ulong Inode, long Size, long Seconds, uint Nanoseconds, int DeviceMajor, int DeviceMinor);

    public static Status Stat(string path)
    {
        const int NoFollow = 0x100;
        const int CurrentFolder = -100;
        const int BasicStats = 0x7ff;
        var raw = new byte[256];
        Check(StatX(CurrentFolder, path, NoFollow, BasicStats, raw), path);
        uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(offset));
        long Long(int offset) => BinaryPrimitives.ReadInt64LittleEndian(raw.AsSpan(offset));
        return new(BinaryPrimitives.ReadUInt16LittleEndian(raw.AsSpan(28)), Word(16), Word(20), Word(24), (ulong)Long(32), Long(40), Long(112), Word(120), (int)Word(128), (int)Word(132));
    }

    public static IReadOnlyDictionary<string, byte[]> Xattrs(string path)
    {
        var names = new byte[1 << 16];
        var length = (int)Check(ListXattr(path, names, (nuint)names.Length), path);
        var all = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in Encoding.UTF8.GetString(names, 0, length).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = new byte[1 << 16];
            var size = (int)Check(GetXattr(path, name, value, (nuint)value.Length), path);
            all[name] = value[..size];
        }

        return all;
    }

    public static void SetXattr(string path, string name, byte[] value) => Check(SetXattr(path, name, value, (nuint)value.Length, 0), path);

    public static void MakeNode(string path, uint mode, int major, int minor) => Check(MkNod(path, mode, ((ulong)(uint)minor & 0xff) | ((ulong)(uint)major << 8) | (((ulong)(uint)minor & ~0xffUL) << 12)), path);

    public static void SetMode(string path, uint mode) => Check(ChMod(path, mode), path);

    public static void SetTime(string path, long seconds, long nanoseconds) => Check(UTimeNsAt(-100, path, [seconds, nanoseconds, seconds, nanoseconds], 0x100), path);

    public static void EnterNewMountNamespace()
    {
        Check(Unshare(NewMountNamespace), "unshare");
        Check(Mount("none", "/", null, RecursivePrivate, null), "/");
    }

    /// <summary>Mounts a device read-only; returns errno.</summary>
    public static int TryMount(string device, string folder, string type) => Mount(device, folder, type, ReadOnly, null) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static long Check(long result, string what) => result >= 0 ? result : throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte[] buffer);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ListXattr(string path, byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetXattr(string path, string name, byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetXattr(string path, string name, byte[] value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "mknod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkNod(string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChMod(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UTimeNsAt(int directory, string path, long[] times, int flags);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, ulong flags, string? data);
}
