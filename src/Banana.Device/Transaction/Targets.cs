// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Formats.Gpt;
using Banana.Updates.Fetching;

namespace Banana.Device.Transaction;

/// <summary>A part in a partition. What makes it count is the boot entry, which comes last.</summary>
/// <param name="disk">The disk.</param>
/// <param name="partition">The partition.</param>
internal sealed class PartitionTarget(BlockDisk disk, GptPartition partition) : IPartTarget
{
    public string Name => $"{disk.Name}, partition {partition.Number}";

    public string Volume => Name;

    public long Room() => partition.Size;

    public Stream Open() => new PartitionStream(disk, partition);

    public void Complete(long length)
    {
        // Nothing points to it yet.
    }
}

/// <summary>A part as a file of the EFI system partition, under a name that the boot loader does not take for an entry.</summary>
/// <param name="boot">The files.</param>
/// <param name="path">The file.</param>
internal sealed class BootFileTarget(IBootFiles boot, string path) : IPartTarget
{
    // FAT's clusters and a longer folder.
    private const long Overhead = 256 << 10;

    public string Name => $"{boot.Name}/{path}";

    public string Volume => boot.Name;

    public long Room() => Math.Max(0, boot.Free() - Overhead) + (boot.Length(path) ?? 0);

    public Stream Open() => boot.Open(path);

    public void Complete(long length)
    {
        using (var file = boot.Open(path))
        {
            if (file.Length > length)
            {
                file.SetLength(length); // An earlier, longer part was there.
                file.Flush();
            }
        }

        boot.Sync();
    }
}
