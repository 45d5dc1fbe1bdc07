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
    private const int HeaderSize = 110;
    private uint inode;
    private long position;

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
                await ContentAsync(bytes, cancellation);
            }
            else if (entry is DirectoryInfo)
            {
                await FolderAsync(name, cancellation);
            }
            else
            {
                await FileAsync(name, entry.FullName, cancellation);
            }
        }

        await EndAsync(cancellation);
    }

    /// <summary>Writes a folder, 0755.</summary>
    public Task FolderAsync(string name, CancellationToken cancellation) => HeaderAsync(name, Folder | 0x1ed, 0, 0, 0, cancellation);

    /// <summary>Writes a file, 0644, whose content begins at a multiple of a number of bytes.</summary>
    /// <param name="name">Its name, without a slash at the beginning.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="alignment">The number; the archive itself has to begin at such a place in memory.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task FileAsync(string name, ReadOnlyMemory<byte> content, int alignment, CancellationToken cancellation)
    {
        await HeaderAsync(name, Regular | 0x1a4, content.Length, 0, 0, cancellation, alignment);
        await ContentAsync(content, cancellation);
    }

    /// <summary>Writes the end of the archive.</summary>
    public Task EndAsync(CancellationToken cancellation)
    {
        inode = 0;
        return HeaderAsync("TRAILER!!!", 0, 0, 0, 0, cancellation);
    }

    private async Task FileAsync(string name, string path, CancellationToken cancellation)
    {
        var permissions = (uint)(UnixFile.Stat(path).Mode & 0x1ff);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            await HeaderAsync(name, Regular | permissions, file.Length, 0, 0, cancellation);
            await file.CopyToAsync(output, cancellation);
            position += file.Length;
            await PadAsync(4, cancellation);
        }
    }

    private async Task HeaderAsync(string name, uint mode, long size, uint major, uint minor, CancellationToken cancellation, int alignment = 4)
    {
        // The zeros that move the content to its place count as part of the name: whoever reads it stops at the first one.
        var bytes = Encoding.UTF8.GetBytes(name);
        var nameSize = bytes.Length + 1;
        if (alignment > 4)
        {
            nameSize += Padding(position + HeaderSize + nameSize, alignment);
        }

        var links = (mode & 0xf000) == Folder ? 2u : 1u;
        uint[] fields = [inode++, mode, 0, 0, links, (uint)epoch, (uint)size, 0, 0, major, minor, (uint)nameSize, 0];
        var header = new StringBuilder("070701");
        foreach (var field in fields)
        {
            header.Append(field.ToString("X8"));
        }

        await WriteAsync(Encoding.ASCII.GetBytes(header.ToString()), cancellation);
        await WriteAsync(bytes, cancellation);
        await WriteAsync(new byte[nameSize - bytes.Length], cancellation);
        await PadAsync(4, cancellation);
    }

    private async Task ContentAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await WriteAsync(content, cancellation);
        await PadAsync(4, cancellation);
    }

    private ValueTask PadAsync(int alignment, CancellationToken cancellation) => WriteAsync(new byte[Padding(position, alignment)], cancellation);

    private ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        position += bytes.Length;
        return output.WriteAsync(bytes, cancellation);
    }

    private static int Padding(long at, int alignment) => (int)((alignment - (at % alignment)) % alignment);
}
