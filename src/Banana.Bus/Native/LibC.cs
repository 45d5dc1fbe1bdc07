// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Banana.Bus.Native;

/// <summary>What the event loop and passed descriptors need of the C library.</summary>
internal static unsafe partial class LibC
{
    public const short PollIn = 1;
    public const short PollOut = 4;

    private const int CloseOnExec = 0x80000; // EFD_CLOEXEC
    private const int NonBlocking = 0x800; // EFD_NONBLOCK
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const int Monotonic = 1; // CLOCK_MONOTONIC

    /// <summary>A counter that can be polled (eventfd(2)).</summary>
    public static SafeFileHandle NewEvent()
    {
        var descriptor = eventfd(0, CloseOnExec | NonBlocking);
        return descriptor < 0 ? throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Makes an event readable.</summary>
    public static void Raise(SafeFileHandle handle)
    {
        ulong one = 1;
        _ = write(handle, &one, sizeof(ulong)); // Fails only where the counter is full, and then it is readable already.
    }

    /// <summary>Makes an event unreadable.</summary>
    public static void Reset(SafeFileHandle handle)
    {
        ulong count;
        _ = read(handle, &count, sizeof(ulong)); // Fails only where it was not raised.
    }

    /// <summary>A descriptor of our own for what a descriptor of somebody else means.</summary>
    public static SafeFileHandle Duplicate(int descriptor)
    {
        var copy = fcntl(descriptor, DuplicateCloseOnExec, 3);
        return copy < 0 ? throw new IOException($"cannot keep a descriptor: {Marshal.GetLastPInvokeErrorMessage()}") : new SafeFileHandle(copy, ownsHandle: true);
    }

    /// <summary>Microseconds of the clock that sd-bus counts its timeouts in.</summary>
    public static ulong Now()
    {
        _ = clock_gettime(Monotonic, out var time);
        return ((ulong)time.Seconds * 1_000_000) + ((ulong)time.Nanoseconds / 1000);
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle handle, void* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle handle, void* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpec time);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
