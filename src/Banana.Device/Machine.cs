// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Security.Cryptography;
using Banana.Device.Disks;
using Banana.Device.State;
using Banana.Formats.Boot;

namespace Banana.Device;

/// <summary>The machine that is updated, as far as an update touches it.</summary>
public sealed record Machine
{
    /// <summary>The disk with the slots.</summary>
    public required BlockDisk Disk { get; init; }

    /// <summary>The EFI system partition.</summary>
    public required IBootFiles Boot { get; init; }

    /// <summary>What the device remembers.</summary>
    public required DeviceState State { get; init; }

    /// <summary>The system's ID in os-release(5).</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The root hash of the /usr that runs, from the kernel's command line; null: nothing of this disk runs. What runs is told by this, and not
    /// by any setting or name.
    /// </summary>
    public string? RunningRootHash { get; init; }

    /// <summary>Whether the release with a root hash was found good on this machine.</summary>
    public required Func<string, bool> IsBlessed { get; init; }

    /// <summary>Makes the identifiers of freed partitions.</summary>
    public Func<Guid> NewId { get; init; } = () => new(RandomNumberGenerator.GetBytes(16));

    /// <summary>How many boots a new release has to show that it is good.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>
    /// The boot entries, in the order in which the boot loader prefers them. Files without content are none, for it neither: of two names that a
    /// power cut in the middle of a rename left for one file, fsck.vfat takes the content from one.
    /// </summary>
    public IReadOnlyList<BootEntryName> Entries() => [.. EntryFiles().Where(entry => Boot.Length(PathOf(entry)) is > 0)];

    /// <summary>All files that are named like entries, in the same order.</summary>
    public IReadOnlyList<BootEntryName> EntryFiles()
    {
        List<BootEntryName> entries = [];
        foreach (var file in Boot.List(BootEntryName.Folder))
        {
            if (BootEntryName.TryParse(file, out var entry) && entry.Id == Id)
            {
                entries.Add(entry);
            }
        }

        return BootEntryName.InBootOrder(entries);
    }

    /// <summary>Gives a boot entry another name, durably.</summary>
    public void RenameEntry(BootEntryName from, BootEntryName to)
    {
        Boot.Rename(PathOf(from), PathOf(to));
        Boot.Sync();
    }

    /// <summary>Where an entry's file is.</summary>
    internal static string PathOf(BootEntryName entry) => $"{BootEntryName.Folder}/{entry}";
}
