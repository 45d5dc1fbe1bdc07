// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Foundation.Files;
using Banana.Forge.Trees;

namespace Banana.Forge.Initrd;

/// <summary>
/// Writes a cpio archive in the "newc" form (kernel documentation, "initramfs buffer format"): sorted, owned by root,
/// inodes counted from one, one time for all, so that the same files always give the same bytes.
/// </summary>
/// <param name="output">Where the archive goes.</param>
/// <param name="epoch">The time of every entry, in Unix seconds.</param>
public sealed class CpioWriter(Stream output, long epoch)
{
    private const uint Folder = 0x4000, Regular = 0x8000, SymbolicLink = 0xA000, CharacterDevice = 0x2000;
    private uint inode;

    /// <summary>Writes all of a tree, and the end of the archive.</summary>
    public async Task WriteTreeAsync(StagedTree tree, CancellationToken cancellation)
    {
        // The kernel opens /dev/console before anything of ours runs.
        await HeaderAsync("dev", Folder | 0x1ed, 0, 0, 0, cancellation);
        await HeaderAsync("dev/console", CharacterDevice | 0x180, 0, 5, 1, cancellation);
        foreach (var entry in tree.Walk("/"))
        {
            var name = tree.Relative(entry)[1..];
            if (entry.LinkTarget is { } target)
            {
                var bytes = Encoding.UTF8.GetBytes(target);
                await HeaderAsync(name, SymbolicLink | 0x1ff, bytes.Length, 0, 0, cancellation);
                await output.WriteAsync(bytes, cancellation);
                await PadAsync(bytes.Length, cancellation);
            }
            else if (entry is DirectoryInfo)
            {
                await HeaderAsync(name, Folder | 0x1ed, 0, 0, 0, cancellation);
            }
            else
            {
                await FileAsync(name, entry.FullName, cancellation);
            }
        }

        inode = 0;
        await HeaderAsync("TRAILER!!!", 0, 0, 0, 0, cancellation);
    }

    private async Task FileAsync(string name, string path, CancellationToken cancellation)
    {
        var permissions = (uint)(UnixFile.Stat(path).Mode & 0x1ff);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            await HeaderAsync(name, Regular | permissions, file.Length, 0, 0, cancellation);
            await file.CopyToAsync(output, cancellation);
            await PadAsync(file.Length, cancellation);
        }
    }

    private async Task HeaderAsync(string name, uint mode, long size, uint major, uint minor, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var links = (mode & 0xf000) == Folder ? 2u : 1u;
        uint[] fields = [inode++, mode, 0, 0, links, (uint)epoch, (uint)size, 0, 0, major, minor, (uint)bytes.Length + 1, 0];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
        {
            header.Append(field.ToString("X8"));
        }

        await output.WriteAsync(Encoding.ASCII.GetBytes(header.ToString()), cancellation);
        await output.WriteAsync(bytes, cancellation);
        output.WriteByte(0);
        await PadAsync(110 + bytes.Length + 1, cancellation);
    }

    private ValueTask PadAsync(long written, CancellationToken cancellation) =>
        output.WriteAsync(new byte[(4 - (written % 4)) % 4], cancellation);
}
