// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.History;
using Banana.Device.Slots;
using Banana.Formats.Boot;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Device.Boots;

/// <summary>A release that is on the disk.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Version">Its version.</param>
/// <param name="Entry">Its boot entry; null: it has none, and cannot be started.</param>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="IsBlessed">Whether it was found good on this machine.</param>
/// <param name="IsNext">Whether the boot loader takes it at the next boot.</param>
public sealed record SlotRelease(Slot Slot, ReleaseVersion Version, BootEntryName? Entry, bool IsRunning, bool IsBlessed, bool IsNext);

/// <summary>
/// Which release boots next, told and changed by the names of boot entries alone (docs/device.md). Each change is one rename.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="history">Its record.</param>
/// <param name="clock">The clock.</param>
/// <param name="boot">This boot (boot_id of the kernel), for the record; null: not known.</param>
public sealed class BootChoice(Machine machine, DeviceHistory history, TimeProvider clock, string? boot = null)
{
    /// <summary>The releases on the disk, in the order of the slots.</summary>
    public IReadOnlyList<SlotRelease> Releases()
    {
        var record = history.Read();
        var entries = machine.Entries();
        var slots = DiskLayout.Read(machine.Disk, machine.Id).Slots;
        var next = entries.FirstOrDefault(entry => slots.Any(slot => slot.Version == entry.Version));
        return
        [
            .. slots.Where(slot => slot.Version is not null).Select(slot => new SlotRelease(
                slot, slot.Version!.Value, entries.FirstOrDefault(entry => entry.Version == slot.Version), slot.RootHash == machine.RunningRootHash,
                record.Blessed.Contains(slot.RootHash, StringComparer.Ordinal), slot.Version == next?.Version)),
        ];
    }

    /// <summary>
    /// Takes note of a boot: releases that used up their tries without being found good are refused from now on, and the machine fell back from
    /// them. To be called once in each boot, before <see cref="Bless"/>.
    /// </summary>
    /// <returns>What the machine fell back from, for the user to be told.</returns>
    public IReadOnlyList<RefusedRelease> Review()
    {
        var refused = history.Read().Refused.Select(release => release.RootHash).ToHashSet(StringComparer.Ordinal);
        List<RefusedRelease> failed = [];
        foreach (var release in Releases().Where(release => release is { Entry.IsBad: true, IsRunning: false } && !refused.Contains(release.Slot.RootHash)))
        {
            var reason = release.IsBlessed ? $"it was good before, and then failed {release.Entry!.Done} boots in a row" : $"it failed {release.Entry!.Done} boots";
            failed.Add(new(release.Slot.RootHash, release.Version, reason));
        }

        if (failed.Count > 0)
        {
            history.Change(record => record with
            {
                Blessed = [.. record.Blessed.Except(failed.Select(release => release.RootHash), StringComparer.Ordinal)],
                Refused = [.. record.Refused, .. failed],
                Events = [.. record.Events, .. failed.Select(release => new DeviceEvent { Time = clock.GetUtcNow(), Kind = DeviceEventKind.FellBack, Version = release.Version, Reason = release.Reason, Boot = boot })],
            });
        }

        return failed;
    }

    /// <summary>
    /// The release that runs was found good: its entry gets all its tries again. It keeps a counter, because a slot that rots later, so that not
    /// even the initrd gets to run, could not be fallen back from without one; that it is good is in the record.
    /// </summary>
    /// <param name="checks">What was found.</param>
    /// <exception cref="BananaException">What runs has no boot entry.</exception>
    public void Bless(IReadOnlyList<CheckVerdict> checks)
    {
        var running = Running();
        var armed = running.Entry!.Armed(machine.Tries);
        if (armed != running.Entry)
        {
            machine.RenameEntry(running.Entry, armed);
        }

        history.Change(record => record with
        {
            Blessed = [.. record.Blessed.Where(rootHash => rootHash != running.Slot.RootHash), running.Slot.RootHash],
            Refused = [.. record.Refused.Where(release => release.RootHash != running.Slot.RootHash)],
            Events = [.. record.Events, new() { Time = clock.GetUtcNow(), Kind = DeviceEventKind.Healthy, Version = running.Version, Checks = checks, Boot = boot }],
        });
    }

    /// <summary>
    /// Gives the try of this boot back, when it ended by the user's wish before there was a verdict. Only for a release that was found good before:
    /// three short boots of a healthy machine are no reason to fall back; a new release has to show that it is good.
    /// </summary>
    public void GiveBack()
    {
        if (Releases().FirstOrDefault(release => release is { IsRunning: true, IsBlessed: true, Entry: { Left: not null, Done: > 0 } }) is { } running)
        {
            var entry = running.Entry!;
            machine.RenameEntry(entry, entry with { Left = entry.Left + 1, Done = entry.Done - 1 });
        }
    }

    /// <summary>Whether another release would boot if what runs were given up: one that did not use up its tries.</summary>
    public bool HasAnother() => Releases().Any(release => release is { IsRunning: false, Entry.IsBad: false });

    /// <summary>Goes back: what runs is not started of itself any more, so that the other release boots next.</summary>
    /// <param name="reason">Why, for the history.</param>
    /// <returns>The release that boots next.</returns>
    /// <exception cref="BananaException">There is nothing to go back to.</exception>
    public SlotRelease RollBack(string reason)
    {
        var running = Running();
        var others = Releases().Where(release => release is { IsRunning: false, Entry: not null }).ToList();
        var target = others.Where(release => !release.Entry!.IsBad).MaxBy(release => release.Version)
            ?? throw new BananaException(
                ExitCode.BadInput,
                others.Count == 0 ? "there is no other release on this machine to go back to" : $"the other release on this machine, {others[0].Version}, did not boot here",
                machine.Disk.Name, "install an update: it comes into the other slot");
        if (target.Version > running.Version)
        {
            throw new BananaException(ExitCode.BadInput, $"the other release on this machine, {target.Version}, is newer than {running.Version}, which runs", machine.Disk.Name, "restart, and it boots");
        }

        history.Change(record => record with
        {
            Refused = [.. record.Refused.Where(release => release.RootHash != running.Slot.RootHash), new(running.Slot.RootHash, running.Version, reason)],
            Events = [.. record.Events, new() { Time = clock.GetUtcNow(), Kind = DeviceEventKind.RolledBack, Version = running.Version, Reason = reason, Boot = boot }],
        });
        machine.RenameEntry(running.Entry!, running.Entry!.Spent());
        return Releases().First(release => release.Slot.Number == target.Slot.Number);
    }

    private SlotRelease Running() => Releases().FirstOrDefault(release => release is { IsRunning: true, Entry: not null })
        ?? throw new BananaException(ExitCode.BadInput, "the system that runs was not started by a boot entry of this disk", machine.Disk.Name, "restart from the installed disk");
}
