// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;

namespace Banana.Device.Slots;

/// <summary>Which slot an update is written to. What runs, and the only release that was found good, are never given up.</summary>
internal static class SlotChoice
{
    /// <summary>Chooses a slot.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="layout">Its disk.</param>
    /// <param name="manifest">The release to be installed.</param>
    /// <exception cref="BananaException">There is none (<see cref="ExitCode.Busy"/>), or it is too small (<see cref="ExitCode.NoSpace"/>).</exception>
    public static Slot Choose(Machine machine, DiskLayout layout, ReleaseManifest manifest)
    {
        var slot = layout.Slots.FirstOrDefault(slot => slot.RootHash == manifest.RootHash && slot.Version == manifest.Version)
            ?? layout.Slots.FirstOrDefault(slot => slot.Version is null && slot.RootHash != machine.RunningRootHash)
            ?? Oldest(machine, layout);
        RequireSize(machine, slot.Usr.Size, manifest.Find(PartRole.Usr), slot);
        RequireSize(machine, slot.Tree.Size, manifest.Find(PartRole.UsrVerity), slot);
        return slot;
    }

    private static Slot Oldest(Machine machine, DiskLayout layout)
    {
        var others = layout.Slots.Where(slot => slot.RootHash != machine.RunningRootHash).OrderBy(slot => slot.Version).ToList();
        if (others.Count == 0)
        {
            throw new BananaException(ExitCode.Busy, "there is no free slot: the disk has one, and the system runs from it", machine.Disk.Name, "a system that is updated needs two slots; install it again on a disk with both");
        }

        // What stays has to hold a release that is known to be good.
        var good = layout.Slots.Where(slot => slot.Version is not null && machine.IsBlessed(slot.RootHash)).ToList();
        return others.FirstOrDefault(slot => good.Exists(kept => kept.Number != slot.Number))
            ?? throw new BananaException(ExitCode.Busy, $"there is no free slot: {others[0].Name} holds {others[0].Version}, the only release that was found good on this machine", machine.Disk.Name, "wait until the release that runs was found good, then update");
    }

    private static void RequireSize(Machine machine, long size, ReleasePart? part, Slot slot)
    {
        if (part is not null && part.Size > size)
        {
            throw new BananaException(
                ExitCode.NoSpace, $"{slot.Name} is too small: '{part.File}' has {part.Size} bytes ({ByteSize.Format(part.Size)}), and there is room for {size} ({ByteSize.Format(size)})", machine.Disk.Name, "nothing was written; the disk has to be partitioned anew for this release");
        }
    }
}
