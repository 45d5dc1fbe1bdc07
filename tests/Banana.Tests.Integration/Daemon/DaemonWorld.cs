// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Control;
using Banana.Daemon.Service;
using Banana.Device;
using Banana.Device.Disks;
using Banana.Device.History;
using Banana.Device.Running;
using Banana.Device.Settings;
using Banana.Device.Slots;
using Banana.Device.State;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;
using Banana.Tests.Integration.Bus;
using Banana.Tests.Integration.Tools;
using Banana.Tests.Integration.Updates;

namespace Banana.Tests.Integration.Daemon;

/// <summary>The daemon on a real bus, with a disk in a file that runs the second of three releases; and the command line as its client.</summary>
internal sealed class DaemonWorld : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private PrivateBus bus = null!;
    private int locks;

    private DaemonWorld(UpdateWorld releases) => Releases = releases;

    public UpdateWorld Releases { get; }

    public PrivateBus Bus => bus;

    public RunningDevice Device { get; private set; } = null!;

    public Task Served { get; private set; } = null!;

    public string Settings => folder.Combine("etc/banana/updates.json");

    public static async Task<DaemonWorld> StartAsync(UpdateWorld releases, TimeSpan? idle = null, Func<RunningDevice, RunningDevice>? change = null)
    {
        var world = new DaemonWorld(releases);
        world.bus = await PrivateBus.StartAsync();
        Directory.CreateDirectory(world.folder.Combine("usr/lib/banana"));
        Directory.CreateDirectory(world.folder.Combine("etc/banana"));
        File.Copy(Path.Combine(releases.Repository, "metadata/1.root.json"), world.folder.Combine("usr/lib/banana/root.json"));
        await File.WriteAllTextAsync(world.folder.Combine("usr/lib/banana/updates.json"), $$"""{ "repository": "{{releases.Repository}}", "channel": "{{UpdateWorld.Channel}}" }""");
        world.Device = world.Make();
        world.Device = change?.Invoke(world.Device) ?? world.Device;
        var connection = await world.bus.ConnectAsync();
        world.Served = DaemonServer.RunAsync(connection, world.Device, idle ?? Timeout.InfiniteTimeSpan, world.stop.Token);
        TaskCompletionSource there = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = await connection.WatchNameAsync(UpdatesObject.Name, owner =>
        {
            there.TrySetResult();
            return Task.CompletedTask;
        });
        var owned = (await connection.CallAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", [UpdatesObject.Name])).Get<bool>(0);
        await (owned ? Task.CompletedTask : there.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        return world;
    }

    /// <summary>Runs the command line.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await ControlProgram.RunAsync(args, new Output(output, error, isTerminal: false), ConnectAsync);
        return (code, output.ToString(), error.ToString());
    }

    public async Task<DaemonClient> ConnectAsync() => new(await BusConnection.OpenAsync(bus.Address));

    /// <summary>The device as it is when its other release runs.</summary>
    public RunningDevice Booted(ReleaseVersion version) => Device with
    {
        System = Device.System with { Version = version, RootHash = Releases.Manifest(version).RootHash },
        Machine = Device.Machine with { RunningRootHash = Releases.Manifest(version).RootHash },
    };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Served;
        await bus.DisposeAsync();
        Device.Dispose();
        stop.Dispose();
        folder.Dispose();
    }

    private RunningDevice Make()
    {
        const int SlotSize = 32 << 20;
        const int TreeSize = 1 << 20;
        var running = Releases.Manifest(UpdateWorld.Old);
        var (usr, tree) = RootHashIds.Of(running.RootHash);
        var path = folder.Combine("disk");
        File.WriteAllBytes(path, DiskBytes.Make(
            (GptPartitionType.UsrX8664, usr, $"banana_{running.Version}", SlotSize), (GptPartitionType.UsrVerityX8664, tree, $"banana_{running.Version}", TreeSize),
            (GptPartitionType.UsrX8664, NewId(), Slot.FreeLabel, SlotSize), (GptPartitionType.UsrVerityX8664, NewId(), Slot.FreeLabel, TreeSize),
            (new Guid("0fc63daf-8483-4772-8e79-3d69d8477de4"), NewId(), DiskLayout.StateLabel, 16 << 20)));
        var disk = BlockDisk.OpenDevice(path);
        var layout = DiskLayout.Read(disk, "banana");
        disk.Write(layout.Slots[0].Usr.Offset, Releases.Part(running.Version, PartRole.Usr));
        disk.Write(layout.Slots[0].Tree.Offset, Releases.Part(running.Version, PartRole.UsrVerity));
        Directory.CreateDirectory(folder.Combine("efi/EFI/Linux"));
        File.WriteAllBytes(folder.Combine($"efi/EFI/Linux/banana_{running.Version}+3.efi"), Releases.Part(running.Version, PartRole.Uki));

        var state = DeviceState.Of(disk, layout);
        var history = new DeviceHistory(state);
        var machine = new Machine
        {
            Disk = disk, Boot = new MountedBootFiles(folder.Combine("efi")), State = state, Id = "banana", RunningRootHash = running.RootHash,
            IsBlessed = rootHash => history.Read().Blessed.Contains(rootHash, StringComparer.Ordinal),
        };
        return new()
        {
            Machine = machine,
            System = new() { Id = "banana", Name = $"Banana Core {running.Version}", Edition = "core", Version = running.Version, Architecture = "x86-64", RootHash = running.RootHash, BuildTime = DateTimeOffset.UnixEpoch },
            History = history,
            Settings = new SettingsFiles(folder.Path, null),
            BootId = "boot-1",
            TakeUpdateLock = TakeLock,
            Root = folder.Path,
        };
    }

    private static Guid NewId() => new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    private Held TakeLock() => Interlocked.CompareExchange(ref locks, 1, 0) == 0 ? new Held(() => Interlocked.Exchange(ref locks, 0)) : throw new BananaException(ExitCode.Busy, "another update is at work");

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
