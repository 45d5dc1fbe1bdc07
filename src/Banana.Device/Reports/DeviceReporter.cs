// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Boots;
using Banana.Device.History;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Slots;
using Banana.Device.Updating;
using Banana.Formats.Release;
using Banana.Releases.Publishing;

namespace Banana.Device.Reports;

/// <summary>Describes a device for people and programs.</summary>
/// <param name="machine">The machine.</param>
/// <param name="system">What runs.</param>
/// <param name="history">The device's record.</param>
/// <param name="boot">This boot (boot_id of the kernel).</param>
/// <param name="clock">The clock.</param>
public sealed class DeviceReporter(Machine machine, RunningSystem system, DeviceHistory history, string boot, TimeProvider clock)
{
    /// <summary>The state, read from the disk now.</summary>
    public DeviceStatus Status(UpdateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var record = history.Read();
        var releases = new BootChoice(machine, history, clock).Releases();
        var slots = DiskLayout.Read(machine.Disk, machine.Id).Slots.Select(slot => Describe(slot, releases.FirstOrDefault(release => release.Slot.Number == slot.Number), record)).ToList();
        var verdict = record.Events.LastOrDefault(happened => happened.Boot == boot && happened.Kind is DeviceEventKind.Healthy or DeviceEventKind.Unhealthy);
        return new()
        {
            Name = system.Name,
            Edition = system.Edition,
            Version = system.Version,
            Architecture = system.Architecture,
            RootHash = system.RootHash,
            Slots = slots,
            Staged = slots.Find(slot => slot.State == SlotState.Staged)?.Version,
            Next = releases.FirstOrDefault(release => release.IsNext)?.Version,
            Health = new(verdict is null ? null : verdict.Kind == DeviceEventKind.Healthy, verdict?.Checks ?? []),
            FellBack = record.Events.LastOrDefault(happened => happened.Boot == boot && happened.Kind == DeviceEventKind.FellBack),
            Repository = settings.Repository,
            Channel = settings.Channel,
            PausedUntil = record.PausedUntil > clock.GetUtcNow() ? record.PausedUntil : null,
            LastCheck = record.LastCheck,
        };
    }

    /// <summary>What an update brings.</summary>
    /// <param name="check">What was found.</param>
    /// <param name="before">The packages that run; null: not known.</param>
    /// <param name="after">The packages of the offer; null: nobody asked, or not known.</param>
    public UpdateReport Update(UpdateCheck check, PackageList? before, PackageList? after)
    {
        ArgumentNullException.ThrowIfNull(check);
        return new()
        {
            From = system.Version,
            To = check.Offer?.Manifest.Version,
            Bytes = check.Offer?.Plan.Bytes ?? 0,
            WholeBytes = check.Offer?.Plan.Parts.Sum(part => part.Part.Size) ?? 0,
            IsInstalled = check.Offer?.IsInstalled ?? false,
            Withdrawn = check.Withdrawn,
            PassedOver = check.PassedOver,
            Packages = after is null ? null : [.. ReleaseChanges.Between(system.Version, before, after).Packages.Select(change => new PackageChange(change.Name, change.Before, change.After))],
        };
    }

    private static SlotStatus Describe(Slot slot, SlotRelease? release, DeviceRecord record)
    {
        if (release is null)
        {
            return new(slot.Number, SlotState.Free, null, null, "the next update goes here");
        }

        var entry = release.Entry?.ToString();
        var refused = record.Refused.LastOrDefault(left => left.RootHash == slot.RootHash);
        var (state, why) = release switch
        {
            { IsRunning: true } when refused is not null => (SlotState.Running, $"it runs until the next restart; {refused.Reason}"),
            { IsRunning: true } => (SlotState.Running, release.IsBlessed ? "it runs, and was found good" : "it runs, and has still to show that it is good"),
            { Entry: null } => (SlotState.Free, "it has no boot entry: an update was interrupted here, and the next one goes on"),
            _ when refused is not null => (SlotState.Refused, refused.Reason),
            { IsNext: true } => (SlotState.Staged, "it boots at the next restart"),
            { IsBlessed: true } => (SlotState.Good, "it was found good, and is what this machine falls back to"),
            _ => (SlotState.Untried, "it never ran to the end of its checks on this machine"),
        };
        return new(slot.Number, state, release.Version, entry, why);
    }
}
