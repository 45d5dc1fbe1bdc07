// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Formats.Boot;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Releases.Stores;
using Banana.Updates.Fetching;
using Banana.Updates.Planning;

namespace Banana.Device.Transaction;

/// <summary>What was installed.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Entry">The boot entry.</param>
/// <param name="Fetched">How its parts were got; null: it was there already.</param>
public sealed record InstalledUpdate(Slot Slot, BootEntryName Entry, FetchReport? Fetched);

/// <summary>
/// Installs a release beside the one that runs (docs/device.md). The order is what makes it safe: a slot is emptied entry first, filled, read
/// back, named; its boot entry is written under another name, read back, and published last, by one rename. Killed or failed at any point, the
/// releases that were there before still boot, and the next call goes on. It succeeds only when a new look at the disk says so.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="store">The repository.</param>
/// <param name="options">How parts are fetched.</param>
/// <param name="progress">Who is told.</param>
public sealed class UpdateTransaction(Machine machine, IReleaseStore store, FetchOptions options, IProgressSink progress)
{
    private static readonly IReadOnlyDictionary<PartRole, string> Notes = new Dictionary<PartRole, string>
    {
        [PartRole.Usr] = "fetch/usr",
        [PartRole.UsrVerity] = "fetch/usr-verity",
        [PartRole.Uki] = "fetch/uki",
    };

    /// <summary>Installs what was planned.</summary>
    /// <param name="plan">The plan, with all of <see cref="UpdatePlanner.Roles"/>.</param>
    /// <param name="cancellation">Stops the work; the next call goes on.</param>
    /// <exception cref="BananaException">There is no slot, no room, no way to a part, or the disk failed. What ran before still boots.</exception>
    public async Task<InstalledUpdate> InstallAsync(UpdatePlan plan, CancellationToken cancellation) =>
        (await ExplainAsync(() => RunAsync(plan, publish: true, cancellation)).ConfigureAwait(false)).Installed!;

    /// <summary>Fetches what was planned into its slot, and gives it no name yet: nothing boots it, and <see cref="InstallAsync"/> finds it there.</summary>
    /// <returns>How its parts were got; null: it is installed already.</returns>
    /// <exception cref="BananaException">As for <see cref="InstallAsync"/>.</exception>
    public async Task<FetchReport?> DownloadAsync(UpdatePlan plan, CancellationToken cancellation) =>
        (await ExplainAsync(() => RunAsync(plan, publish: false, cancellation)).ConfigureAwait(false)).Fetched;

    private async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw new BananaException(
                IOErrors.IsNoSpace(error) ? ExitCode.NoSpace : ExitCode.ToolFailed,
                $"the update cannot be written: {error.Message}", machine.Disk.Name, "what ran before still boots; look at the kernel's log, then run the same command again", error);
        }
    }

    private async Task<(InstalledUpdate? Installed, FetchReport? Fetched)> RunAsync(UpdatePlan plan, bool publish, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var manifest = plan.Manifest;
        var uki = manifest.Find(PartRole.Uki)!;
        var partial = $"{BootEntryName.Folder}/{uki.File}.partial";
        var slot = SlotChoice.Choose(machine, DiskLayout.Read(machine.Disk, machine.Id), manifest);
        if (slot.RootHash == manifest.RootHash && machine.Boot.Length(partial) is null && Find(manifest) is { } there && new InstalledCheck(machine, manifest).Problem(readBack: false, cancellation) is null)
        {
            return (new(slot, there, null), null);
        }

        RequireBootRoom(uki, partial, slot);
        slot = Empty(slot, manifest, partial);
        var fetched = await new UpdateFetcher(store, options, progress).FetchAsync(
            plan,
            new Dictionary<PartRole, PartDestination>
            {
                [PartRole.Usr] = new(new PartitionTarget(machine.Disk, slot.Usr), Note(PartRole.Usr)),
                [PartRole.UsrVerity] = new(new PartitionTarget(machine.Disk, slot.Tree), Note(PartRole.UsrVerity)),
                [PartRole.Uki] = new(new BootFileTarget(machine.Boot, partial), Note(PartRole.Uki)),
            },
            cancellation).ConfigureAwait(false);

        if (!publish)
        {
            return (null, fetched);
        }

        // From here to the end it is short, and not worth to be stopped.
        cancellation.ThrowIfCancellationRequested();
        using var step = progress.Begin($"publish {manifest.Version}");
        var label = $"{machine.Id}_{manifest.Version}";
        var (image, tree) = RootHashIds.Of(manifest.RootHash);
        Rename([new(slot.Usr.Number, label, image), new(slot.Tree.Number, label, tree)]);
        var entry = new BootEntryName(machine.Id, manifest.Version).Armed(machine.Tries);
        machine.Boot.Rename(partial, Machine.PathOf(entry));
        machine.Boot.Sync();

        if (new InstalledCheck(machine, manifest).Problem(readBack: true, CancellationToken.None) is { } problem)
        {
            throw new BananaException(ExitCode.ToolFailed, $"{manifest.Version} was written, but the disk says otherwise: {problem}", machine.Disk.Name, "the disk may be damaged; what ran before still boots");
        }

        machine.State.Delete([.. Notes.Values]);
        step.Complete(entry.ToString());
        return (new(DiskLayout.Read(machine.Disk, machine.Id).Slots[slot.Number - 1], entry, fetched), fetched);
    }

    // Before the first write: the boot entry needs room beside those that stay.
    private void RequireBootRoom(ReleasePart uki, string partial, Slot slot)
    {
        var freed = machine.Entries().Where(entry => entry.Version == slot.Version).Sum(entry => machine.Boot.Length(Machine.PathOf(entry)) ?? 0);
        freed += machine.Boot.List(string.Empty).Where(IsSalvaged).Sum(file => machine.Boot.Length(file) ?? 0);
        var target = new BootFileTarget(machine.Boot, partial);
        RoomNeed.Require([new(target.Name, target.Volume, uki.Size, target.Room() + freed)]);
    }

    /// <summary>Takes the release out of a slot, entry first, so that no entry is ever there without its image. A slot that is being filled with this very release is left as it is.</summary>
    private Slot Empty(Slot slot, ReleaseManifest manifest, string partial)
    {
        var gone = machine.EntryFiles().Where(entry => entry.Version == slot.Version || entry.Version == manifest.Version).ToList();

        // What an earlier run left goes too. If this release's entry and its partial file are both there, the power was cut in the middle of the
        // rename: on FAT the two names may share one content, and neither is worth to be kept.
        var isTorn = gone.Exists(entry => entry.Version == manifest.Version);
        var left = machine.Boot.List(BootEntryName.Folder).Where(file => file.EndsWith(".partial", StringComparison.Ordinal)).Select(file => $"{BootEntryName.Folder}/{file}").Where(path => isTorn || path != partial)
            .Concat(machine.Boot.List(string.Empty).Where(IsSalvaged));
        foreach (var path in gone.Select(Machine.PathOf).Concat(left).ToList())
        {
            machine.Boot.Delete(path);
        }

        machine.Boot.Sync();
        if (slot.Version is not null && slot.RootHash != manifest.RootHash)
        {
            Rename([new(slot.Usr.Number, Slot.FreeLabel, machine.NewId()), new(slot.Tree.Number, Slot.FreeLabel, machine.NewId())]);
        }

        return DiskLayout.Read(machine.Disk, machine.Id).Slots[slot.Number - 1];
    }

    private void Rename(IReadOnlyCollection<GptName> names)
    {
        foreach (var group in GptRelabeling.Plan(machine.Disk, names))
        {
            foreach (var write in group)
            {
                machine.Disk.Write(write.Offset, write.Bytes.Span);
            }

            machine.Disk.Flush();
        }
    }

    // What fsck.vfat -a, which runs before the partition is mounted, makes of clusters that no name leads to: a piece of an entry that was being written or deleted.
    private static bool IsSalvaged(string file) => file.Length == 12 && file.StartsWith("FSCK", StringComparison.OrdinalIgnoreCase) && file.EndsWith(".REC", StringComparison.OrdinalIgnoreCase) && file.AsSpan(4, 4).ContainsAnyExceptInRange('0', '9') is false;

    private BootEntryName? Find(ReleaseManifest manifest) => machine.Entries().FirstOrDefault(entry => entry.Version == manifest.Version);

    private StateNote Note(PartRole role) => new(machine.State, Notes[role]);
}
