// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Banana.Bench.Measuring;

/// <summary>The calls of Linux that a measurement needs and .NET does not offer.</summary>
internal static partial class Kernel
{
    private const int Subreaper = 36; // PR_SET_CHILD_SUBREAPER
    private const int Children = -1; // RUSAGE_CHILDREN
    private const int NoHang = 1; // WNOHANG
    private const int SameMemory = 1; // KCMP_VM

    /// <summary>Makes orphans of our descendants our own children, so that their use of the machine is counted (prctl(2)).</summary>
    public static void AdoptOrphans()
    {
        if (PrCtl(Subreaper, 1, 0, 0, 0) < 0)
        {
            throw new Win32Exception();
        }
    }

    /// <summary>Takes the exit codes of adopted orphans that ended; only then do they count in <see cref="ChildrenUsage"/>.</summary>
    /// <returns>Whether any child is still running.</returns>
    public static unsafe bool ReapOrphans()
    {
        int pid;
        do
        {
            int status;
            pid = WaitPid(-1, &status, NoHang);
        }
        while (pid > 0);
        return pid == 0;
    }

    /// <summary>What all our ended and reaped descendants used (getrusage(2)).</summary>
    public static unsafe Usage ChildrenUsage()
    {
        // struct rusage: two timevals (seconds and microseconds), then ru_maxrss in KiB; all are longs.
        var buffer = stackalloc long[18];
        if (GetRUsage(Children, buffer) < 0)
        {
            throw new Win32Exception();
        }

        return new Usage(buffer[0] + (buffer[1] / 1e6), buffer[2] + (buffer[3] / 1e6), buffer[4] * 1024);
    }

    /// <summary>Whether two processes share one memory, as between vfork(2) and execve(2). False where the kernel cannot say.</summary>
    public static bool ShareMemory(int one, int other)
    {
        long? number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 312,
            Architecture.Arm64 => 272,
            _ => null,
        };
        return number is { } kcmp && SysCall(kcmp, one, other, SameMemory, 0, 0) == 0;
    }

    /// <summary>Writes all that is dirty to the disk, so that one measurement does not pay for what was before it.</summary>
    [LibraryImport("libc", EntryPoint = "sync")]
    public static partial void Sync();

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static unsafe partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static unsafe partial int GetRUsage(int who, long* usage);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SysCall(long number, long a, long b, long c, long d, long e);
}

/// <summary>What processes used of the machine.</summary>
/// <param name="User">Seconds of processor time in programs.</param>
/// <param name="System">Seconds of processor time in the kernel.</param>
/// <param name="LargestProcess">The most memory that any one of them had resident (ru_maxrss), in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Usage(double User, double System, long LargestProcess);
