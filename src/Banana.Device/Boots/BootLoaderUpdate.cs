// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Formats.Boot;
using Banana.Foundation.Errors;

namespace Banana.Device.Boots;

/// <summary>
/// Brings the boot loader up to that of the release that runs, once this release was found good. There are two copies of it: the one that the
/// firmware is told of, and the one that it takes without being told (UEFI 2.10, 3.5.1.1). One is written in one healthy boot and the other in
/// the next one, so that there is always a copy which has started this machine before.
/// </summary>
/// <param name="boot">The EFI system partition.</param>
/// <param name="image">The boot loader of the release that runs.</param>
public sealed class BootLoaderUpdate(IBootFiles boot, string image)
{
    /// <summary>The copies, in the order in which they are written.</summary>
    public static readonly IReadOnlyList<string> Copies = ["EFI/systemd/systemd-bootx64.efi", "EFI/BOOT/BOOTX64.EFI"];

    private const long Largest = 16 << 20;

    /// <summary>Writes at most one copy.</summary>
    /// <returns>The copy that was written; null: there is nothing to do.</returns>
    /// <exception cref="BananaException">There is no room for it (<see cref="ExitCode.NoSpace"/>); nothing was changed.</exception>
    public string? Run()
    {
        if (!File.Exists(image))
        {
            return null; // A release without a boot loader of its own: another one is in charge.
        }

        var wanted = File.ReadAllBytes(image);
        if (VersionOf(wanted) is not { } version)
        {
            return null;
        }

        foreach (var path in Copies)
        {
            var there = Read(path);
            if (there is null || (!there.AsSpan().SequenceEqual(wanted) && VersionOf(there) is { } old && VersionOrder.Instance.Compare(version, old) > 0))
            {
                Write(path, wanted);
                return path;
            }
        }

        return null;
    }

    /// <summary>The version in a systemd-boot program ("262.1-1"), from the text that it carries for this; null: it is another program.</summary>
    public static string? VersionOf(ReadOnlySpan<byte> program)
    {
        var begin = program.IndexOf("#### LoaderInfo: systemd-boot "u8);
        if (begin < 0)
        {
            return null;
        }

        var rest = program[(begin + "#### LoaderInfo: systemd-boot "u8.Length)..];
        var end = rest.IndexOf(" ####"u8);
        return end is <= 0 or > 100 ? null : System.Text.Encoding.ASCII.GetString(rest[..end]);
    }

    // The copy counts when its name is there: before that its bytes are on the disk and were read back.
    private void Write(string path, byte[] wanted)
    {
        var partial = path + ".new";
        if (boot.Free() + (boot.Length(partial) ?? 0) < wanted.Length + (64 << 10))
        {
            throw new BananaException(ExitCode.NoSpace, $"there is no room for the boot loader ({wanted.Length} bytes)", boot.Name, "nothing was changed; remove files from the boot partition that are not the system's");
        }

        using (var file = boot.Open(partial))
        {
            file.SetLength(0);
            file.Write(wanted);
            file.Flush();
        }

        boot.Sync();
        if (!wanted.AsSpan().SequenceEqual(Read(partial)))
        {
            throw new BananaException(ExitCode.ToolFailed, "the boot loader was written, and reads back as something else", $"{boot.Name}/{partial}", "the disk may be damaged; the old boot loader is still there");
        }

        boot.Rename(partial, path);
        boot.Sync();
    }

    private byte[]? Read(string path)
    {
        if (boot.Length(path) is not { } length || length > Largest)
        {
            return null;
        }

        using var file = boot.Open(path);
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
