// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device;
using Banana.Device.Boots;
using Banana.Device.History;
using Banana.Device.Inspection;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Device.Transaction;
using Banana.Formats.Boot;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Releases.Stores.Folder;
using Banana.Tests.Shared.CrashStates;
using Banana.Updates.Planning;

namespace Banana.Tests.Vm.CrashStates;

/// <summary>
/// What a machine does after a power cut, played on a state: fsck.vfat mends the boot partition, as systemd has it before it is mounted; what came up
/// is found good, and its entry gets its tries again; the update begins once more, and has to finish. The mending is the real program's. What is
/// written after that stays in memory, and is not FAT.
/// </summary>
/// <param name="recording">The recording.</param>
/// <param name="inspector">Looks at states.</param>
/// <param name="workbench">Has fsck.vfat, and sees the folder.</param>
/// <param name="folder">A folder for the mended partition.</param>
internal sealed class Aftermath(CrashRecording recording, DiskInspector inspector, Sandbox workbench, string folder)
{
    private readonly string esp = Path.Combine(folder, "esp.raw");

    /// <summary>Plays it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="rules">What has to hold once more when the partition was mended.</param>
    /// <param name="version">The release that was being installed.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>What went wrong, as one line; null: nothing.</returns>
    public async Task<string?> ProblemAsync(StateDisk state, CrashRules rules, ReleaseVersion version, CancellationToken cancellation)
    {
        var partition = GptTable.Read(state).Partitions.First(partition => partition.Type == GptPartitionType.Esp);
        CopySparse(state, partition);
        var mended = await workbench.RunAsync(Command.Of("fsck.vfat", "-a", esp) with { AllowFailure = true }, cancellation);
        if (mended.ExitCode > 1)
        {
            return $"fsck.vfat ends with {mended.ExitCode}: {mended.Output.ReplaceLineEndings(" | ")}";
        }

        using var file = ByteSource.OpenFile(esp);
        using var disk = new SplicedDisk(state, state, partition.Offset, file);
        var view = inspector.Inspect(disk, disk, cancellation);
        if (rules.Judge(view).FirstOrDefault() is { Detail: not null } broken)
        {
            return $"after fsck.vfat ({mended.Output.ReplaceLineEndings(" | ")}): {broken.Rule}, {broken.Detail}";
        }

        try
        {
            using var overlay = new OverlayDisk(disk);
            var boot = new SnapshotBootFiles(view.Esp!);
            return Bless(overlay, boot, view.Boot(out _)!) ?? await UpdateAsync(overlay, boot, version, cancellation);
        }
        catch (BananaException error)
        {
            return error.Message;
        }
    }

    // Holes stay holes: most of the partition is free.
    private void CopySparse(StateDisk state, GptPartition partition)
    {
        const int Piece = 1 << 20;
        File.Delete(esp);
        using var file = File.OpenHandle(esp, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, partition.Size);
        var piece = new byte[Piece];
        for (long at = 0; at < partition.Size; at += Piece)
        {
            var content = piece.AsSpan(0, (int)Math.Min(Piece, partition.Size - at));
            state.Read(partition.Offset + at, content);
            if (content.ContainsAnyExcept((byte)0))
            {
                RandomAccess.Write(file, content, at);
            }
        }
    }

    private static Machine Machine(OverlayDisk disk, SnapshotBootFiles boot, string running) => new()
    {
        Disk = disk, Boot = boot, State = DeviceState.Of(disk, DiskLayout.Read(disk, "banana")), Id = "banana", RunningRootHash = running, IsBlessed = rootHash => rootHash == running,
    };

    private string? Bless(OverlayDisk disk, SnapshotBootFiles boot, InspectedEntry came)
    {
        var machine = Machine(disk, boot, came.RootHash!);
        var choice = new BootChoice(machine, new DeviceHistory(machine.State), TimeProvider.System);
        _ = choice.Review();
        choice.Bless([]);
        var entries = machine.Entries().Where(entry => entry.Version.ToString() == came.Version).ToList();
        return entries.Count > 0 && Sha256Digest.Of(boot.Content($"{BootEntryName.Folder}/{entries[0]}")) == inspector.Known[came.RootHash!]
            ? null
            : $"when {came.File} was found good, its entries are [{string.Join(", ", entries)}], and the first is not its UKI";
    }

    private async Task<string?> UpdateAsync(OverlayDisk disk, SnapshotBootFiles boot, ReleaseVersion version, CancellationToken cancellation)
    {
        var running = recording.Running;
        var machine = Machine(disk, boot, running.RootHash);
        using var store = new FolderStore(recording.Releases.Repository);
        var plan = await new UpdatePlanner(store).PlanAsync(recording.Releases.Manifest(version), recording.Releases.Delivery(version), installed: null, roles: null, cancellation);
        await new UpdateTransaction(machine, store, new(), SilentProgress.Instance).InstallAsync(plan, cancellation);
        var entries = machine.Entries();
        return entries.Any(entry => entry.Version == running.Version) && entries.Count(entry => entry.Version == version) == 1 ? null : $"the update finished, and the entries are [{string.Join(", ", entries)}]";
    }
}
