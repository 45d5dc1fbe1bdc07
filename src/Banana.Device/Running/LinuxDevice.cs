// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Device.History;
using Banana.Device.Settings;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;

namespace Banana.Device.Running;

/// <summary>The device that this program runs on: its disk is the one that holds the /usr that runs.</summary>
public static class LinuxDevice
{
    /// <summary>Where locks are: they end with the boot.</summary>
    public const string Locks = "/run/banana";

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(30);

    /// <summary>Finds and opens it.</summary>
    /// <exception cref="BananaException">/usr is no verified image of a disk, the disk cannot be written, or it has no slots.</exception>
    public static RunningDevice Open()
    {
        var system = RunningSystem.Read();
        var path = DiskOf(system.RootHash ?? throw new BananaException(ExitCode.BadInput, "the system that runs is not a verified image, so it is not updated", "/proc/cmdline (usrhash=)", "restart from the installed disk"));
        BlockDisk opened;
        try
        {
            opened = BlockDisk.OpenDevice(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BananaException(ExitCode.ToolFailed, $"the disk cannot be opened for writing: {error.Message}", path, "look whether the disk is read-only, and at the kernel's log", error);
        }

        try
        {
            var layout = DiskLayout.Read(opened, system.Id);
            var state = DeviceState.Of(opened, layout, TakeTurn);
            var history = new DeviceHistory(state);
            var machine = new Machine
            {
                Disk = opened,
                Boot = MountedBootFiles.Find(),
                State = state,
                Id = system.Id,
                RunningRootHash = system.RootHash,
                IsBlessed = rootHash => history.Read().Blessed.Contains(rootHash, StringComparer.Ordinal),
            };
            return new()
            {
                Machine = machine,
                System = system,
                History = history,
                Settings = SettingsFiles.OfSystem(),
                BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
                TakeUpdateLock = () => FileLock.TryTake($"{Locks}/update.lock") ?? throw new BananaException(ExitCode.Busy, "another update is at work", next: "wait for it ('bananactl status' shows it)"),
                Root = "/",
            };
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    // A change of the state area takes milliseconds; who waits for longer waits for a disk that hangs.
    private static FileLock TakeTurn()
    {
        using var patience = new CancellationTokenSource(LongestTurn);
        try
        {
            return FileLock.TakeAsync($"{Locks}/state.lock", null, patience.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException error)
        {
            throw new BananaException(ExitCode.Busy, "another program holds the state area", $"{Locks}/state.lock", "try again; if it stays, restart the machine", error);
        }
    }

    // The partition's id is one half of the root hash; sysfs says which disk it is a part of.
    private static string DiskOf(string rootHash)
    {
        var link = $"/dev/disk/by-partuuid/{RootHashIds.Of(rootHash).Data:D}";
        var partition = new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.Name
            ?? throw new BananaException(ExitCode.BadInput, "the partition of the /usr that runs is not there", link, "restart from the installed disk");
        var parent = new DirectoryInfo($"/sys/class/block/{partition}").ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        return parent is not null && File.Exists(Path.Combine(parent, "partition"))
            ? $"/dev/{Path.GetFileName(Path.GetDirectoryName(parent))}"
            : throw new BananaException(ExitCode.BadInput, $"{partition} is not a partition of a disk", link, "restart from the installed disk");
    }
}
