// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Vm.Machine;

/// <summary>Tells disk images from other files.</summary>
public static class DiskImage
{
    private const int Sector = 512;

    /// <summary>The first bytes of a qcow2 file (QEMU, docs/interop/qcow2.txt).</summary>
    private static ReadOnlySpan<byte> QcowMagic => [(byte)'Q', (byte)'F', (byte)'I', 0xfb];

    /// <summary>The first bytes of a GPT header, in the second sector (UEFI specification, 5.3.2).</summary>
    private static ReadOnlySpan<byte> GptSignature => "EFI PART"u8;

    /// <summary>Makes sure that a file can be booted from: a qcow2 file, or a raw disk with a GPT.</summary>
    /// <exception cref="BananaException">It is something else, or cut short.</exception>
    public static void Check(string path)
    {
        var head = ReadHead(path);
        if (head.AsSpan().StartsWith(QcowMagic))
        {
            return;
        }

        if (head.Length < 2 * Sector || !head.AsSpan(Sector).StartsWith(GptSignature))
        {
            throw new BananaException(ExitCode.BadInput, "is not a disk image (neither qcow2 nor a raw disk with a GPT)", path, "give the part of a release whose role is 'disk'");
        }

        if (new FileInfo(path).Length % Sector != 0)
        {
            throw new BananaException(ExitCode.BadInput, "is cut short: its size is no whole number of sectors", path, "build or fetch it again");
        }
    }

    /// <summary>The name that QEMU has for the format: "qcow2" or "raw".</summary>
    internal static string FormatOf(string path) => ReadHead(path).AsSpan().StartsWith(QcowMagic) ? "qcow2" : "raw";

    private static byte[] ReadHead(string path)
    {
        var head = new byte[2 * Sector];
        using var file = File.OpenRead(path);
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
