// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;

namespace Banana.Tests.Unit.Forge;

/// <summary>Microcode that no processor would take, in the form of the real one.</summary>
internal static class MicrocodeSamples
{
    /// <summary>An update of Intel: a header of 48 bytes, and content; all numbers of it sum up to zero.</summary>
    public static byte[] Intel(uint signature, uint revision = 7, int size = 2048)
    {
        var update = new byte[size];
        Put(update, 0, 1, revision, 0x11222026, signature, 0, 1, 0x80, (uint)size - 48, (uint)size);
        for (var at = 48; at < size; at++)
        {
            update[at] = (byte)((at * 31) + signature);
        }

        uint sum = 0;
        for (var at = 0; at < size; at += 4)
        {
            sum = unchecked(sum + BinaryPrimitives.ReadUInt32LittleEndian(update.AsSpan(at)));
        }

        Put(update, 16, unchecked(0u - sum));
        return update;
    }

    /// <summary>A container of AMD: a table of processors, and one patch. Its size is no multiple of four, as some real ones'.</summary>
    public static byte[] Amd(byte filling)
    {
        var container = new byte[12 + 32 + 8 + 102];
        Put(container, 0, 0x00414d44, 0, 32);
        Put(container, 44, 1, 102);
        container.AsSpan(52).Fill(filling);
        return container;
    }

    /// <summary>Writes numbers beside each other.</summary>
    public static void Put(byte[] bytes, int at, params uint[] numbers)
    {
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), number);
            at += 4;
        }
    }
}
