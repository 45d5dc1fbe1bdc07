// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Cli.Vm;

/// <summary>What of the typed bytes is for us and not for the guest: Ctrl-] leaves, and Ctrl-A x as in QEMU. Ctrl-A twice sends one.</summary>
internal sealed class EscapeKeys
{
    private const byte ControlA = 0x01;
    private const byte ControlBracket = 0x1d;
    private bool afterControlA;

    /// <summary>Whether the user wants to leave.</summary>
    public bool Leaves { get; private set; }

    /// <summary>Takes typed bytes and returns those for the guest.</summary>
    public byte[] Filter(ReadOnlySpan<byte> typed)
    {
        var guest = new List<byte>(typed.Length);
        foreach (var key in typed)
        {
            if (afterControlA)
            {
                afterControlA = false;
                switch (key)
                {
                    case (byte)'x' or (byte)'X':
                        Leaves = true;
                        return [.. guest];
                    case ControlA or (byte)'a':
                        guest.Add(ControlA);
                        break;
                    default:
                        guest.AddRange([ControlA, key]);
                        break;
                }
            }
            else if (key == ControlBracket)
            {
                Leaves = true;
                return [.. guest];
            }
            else if (key == ControlA)
            {
                afterControlA = true;
            }
            else
            {
                guest.Add(key);
            }
        }

        return [.. guest];
    }
}
