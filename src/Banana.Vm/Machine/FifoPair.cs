// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Vm.Machine;

/// <summary>
/// The two named pipes of a serial port (QEMU's chardev "pipe": PATH.out from the guest, PATH.in to it).
/// Why not a socket: QEMU sends byte by byte, a socket's buffer holds some 280 of such messages, and when it is full
/// (we were not scheduled for a moment) QEMU drops bytes. A pipe merges them and holds 64 KiB.
/// </summary>
/// <param name="path">The path without its endings.</param>
internal sealed partial class FifoPair(string path)
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>Makes the pipes, in place of those of an earlier start.</summary>
    public void Create()
    {
        foreach (var end in new[] { path + ".in", path + ".out" })
        {
            File.Delete(end);
            if (MakeFifo(end, OwnerOnly) != 0)
            {
                throw new IOException($"{end}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            }
        }
    }

    /// <summary>Opens what comes from the guest. QEMU has both ends open when it answers on its control connection, so this does not wait.</summary>
    /// <param name="exited">Completes when QEMU is gone; without it a pipe would wait for its other end for ever.</param>
    public Task<FileStream> OpenOutputAsync(Task exited) => OpenAsync(path + ".out", FileAccess.Read, exited);

    /// <summary>Opens what goes to the guest.</summary>
    /// <param name="exited">Completes when QEMU is gone.</param>
    public Task<FileStream> OpenInputAsync(Task exited) => OpenAsync(path + ".in", FileAccess.Write, exited);

    private static async Task<FileStream> OpenAsync(string end, FileAccess access, Task exited)
    {
        var opening = Task.Run(() => Open(end, access));
        if (await Task.WhenAny(opening, exited).ConfigureAwait(false) != opening)
        {
            // Both ends at once never waits, and lets the other go on.
            using var other = Open(end, FileAccess.ReadWrite);
            return await opening.ConfigureAwait(false);
        }

        return await opening.ConfigureAwait(false);
    }

    private static FileStream Open(string end, FileAccess access) => new(end, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
