// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Runtime.InteropServices;

namespace Banana.Cli.Vm;

/// <summary>Standard input as a terminal that passes every key as it is typed (termios(3), "raw mode"), until it is disposed.</summary>
internal sealed partial class RawTerminal : IDisposable
{
    private const int StandardInput = 0;
    private const int Now = 0; // TCSANOW

    /// <summary>Larger than the termios of any Linux C library; its content is nobody's business but theirs.</summary>
    private const int TermiosRoom = 256;

    private readonly byte[] before = new byte[TermiosRoom];
    private readonly bool changed;

    /// <summary>Turns raw mode on.</summary>
    public RawTerminal()
    {
        if (GetAttributes(StandardInput, ref before[0]) != 0)
        {
            return;
        }

        var raw = (byte[])before.Clone();
        MakeRaw(ref raw[0]);
        changed = SetAttributes(StandardInput, Now, ref raw[0]) == 0;
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose()
    {
        if (changed)
        {
            _ = SetAttributes(StandardInput, Now, ref before[0]);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int descriptor, ref byte attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int descriptor, int when, ref byte attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(ref byte attributes);
}
