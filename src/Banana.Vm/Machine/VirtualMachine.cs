// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Firmware;
using Banana.Vm.Pictures;
using Banana.Vm.Qmp;
using Banana.Vm.Serial;

namespace Banana.Vm.Machine;

/// <summary>Something that happened to a machine, with when: since its start, on the host's clock.</summary>
/// <param name="At">When.</param>
/// <param name="Event">What.</param>
public readonly record struct MachineEvent(TimeSpan At, QmpEvent Event);

/// <summary>
/// A virtual machine that runs: UEFI firmware, a virtio disk, two serial ports, a control connection.
/// The disk image is never written. It ends when it is disposed, when its token is cancelled, and when this program dies.
/// </summary>
public sealed class VirtualMachine : IAsyncDisposable
{
    private static readonly TimeSpan QuitTime = TimeSpan.FromSeconds(3);

    private readonly MachineOptions options;
    private readonly MachineFolder folder;
    private readonly UefiFirmware firmware;
    private readonly MachineFiles files;
    private readonly IProcessRunner tools;
    private readonly IProgressSink progress;
    private readonly CancellationTokenSource life;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<MachineEvent> events = [];
    private long started;
    private QemuSession session = null!;
    private Task supervision = Task.CompletedTask;
    private int pictures;

    private VirtualMachine(MachineOptions options, MachineFolder folder, UefiFirmware firmware, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        this.options = options;
        this.folder = folder;
        this.firmware = firmware;
        this.tools = tools;
        this.progress = progress;
        var keeps = options.PersistentDisk is not null;
        files = new MachineFiles(
            firmware with { Variables = keeps ? options.PersistentDisk + ".efivars" : folder.File("efivars") },
            options.Disk is null ? null : options.PersistentDisk ?? folder.File("disk.qcow2"),
            keeps,
            folder.File("console"),
            folder.File("report"),
            folder.File("monitor"),
            [.. options.Credentials.SelectMany((credential, number) => credential.Write(folder.Path, number))]);
        life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Accelerator = options.Accelerator;
        Console = new SerialConsole("the serial console", options.SerialLog, () => Uptime) { OutlivesPanic = options.OutlivesPanic, OnBytes = options.OnConsoleBytes, OnLine = options.OnConsoleLine };
        Report = new SerialConsole("the report port", folder.File("report.log"), () => Uptime);
    }

    /// <summary>How the guest's instructions run; emulation when KVM had been chosen and failed.</summary>
    public Accelerator Accelerator { get; private set; }

    /// <summary>The first serial port (ttyS0): firmware, kernel and a login.</summary>
    public SerialConsole Console { get; }

    /// <summary>The second serial port (ttyS1), which nothing in a guest uses by itself: what a test writes there is not mixed with the kernel's words or a login.</summary>
    public SerialConsole Report { get; }

    /// <summary>The control connection.</summary>
    public QmpClient Monitor => session.Monitor;

    /// <summary>The process of QEMU.</summary>
    public int ProcessId => session.ProcessId;

    /// <summary>Completes when QEMU ended. Fails when that was not the guest's or our wish.</summary>
    public Task Ended => ended.Task;

    /// <summary>The time since the start.</summary>
    public TimeSpan Uptime => Stopwatch.GetElapsedTime(started);

    /// <summary>What happened until now.</summary>
    public IReadOnlyList<MachineEvent> Events
    {
        get
        {
            lock (events)
            {
                return [.. events];
            }
        }
    }

    /// <summary>Makes the overlay and starts the machine.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="tools">Runs qemu-img on the host.</param>
    /// <param name="progress">Is told the command line, and when KVM fails.</param>
    /// <param name="cancellation">Ends the machine, however far it is.</param>
    /// <exception cref="BananaException">A program or the firmware is missing, the disk cannot be used, or QEMU ended at once.</exception>
    public static async Task<VirtualMachine> StartAsync(MachineOptions options, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        var installed = UefiFirmware.Find();
        var place = MachineFolder.Create();
        VirtualMachine? machine = null;
        try
        {
            machine = new VirtualMachine(options, place, installed, tools, progress, cancellation);
            await machine.BeginAsync().ConfigureAwait(false);
            machine.supervision = machine.SuperviseAsync();
            return machine;
        }
        catch
        {
            if (machine is not null)
            {
                await machine.ReleaseAsync().ConfigureAwait(false);
            }
            else
            {
                place.Dispose();
            }

            throw;
        }
    }

    /// <summary>Saves what the screen shows as PNG.</summary>
    /// <exception cref="BananaException">The machine has no screen, or is gone.</exception>
    public async Task SaveScreenAsync(string path, CancellationToken cancellation) =>
        await AtomicFile.WriteAsync(path, await TakeScreenAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>What the screen shows, as the bytes of a PNG file.</summary>
    /// <exception cref="BananaException">The machine has no screen, or is gone.</exception>
    public async Task<byte[]> TakeScreenAsync(CancellationToken cancellation)
    {
        // QEMU writes PNG only when it was built with that; PPM is always there.
        var dump = folder.File($"screen-{Interlocked.Increment(ref pictures)}.ppm");
        await Monitor.ScreendumpAsync(dump, cancellation).ConfigureAwait(false);
        var picture = await File.ReadAllBytesAsync(dump, cancellation).ConfigureAwait(false);
        File.Delete(dump);
        return Png.Encode(PixelMap.ReadPpm(picture));
    }

    /// <summary>Presses the power button and waits until the guest is off.</summary>
    /// <exception cref="BananaException">It was not off in time.</exception>
    public async Task PowerOffAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        await Monitor.PressPowerButtonAsync(cancellation).ConfigureAwait(false);
        await WaitForEndAsync(timeout, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until the machine is off.</summary>
    /// <exception cref="BananaException">It was not off in time, or QEMU died.</exception>
    public async Task WaitForEndAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            await ended.Task.WaitAsync(timeout, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new BananaException(ExitCode.Unhealthy, $"the machine was not off within {timeout.TotalSeconds:0} s", next: $"the whole log is in {Console.LogFile}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!session.Exited.IsCompleted)
        {
            try
            {
                using var patience = new CancellationTokenSource(QuitTime);
                await Monitor.QuitAsync(patience.Token).ConfigureAwait(false);
                await session.Exited.WaitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or BananaException)
            {
                // It does not answer, or is gone already.
                session.Kill();
            }
        }

        await supervision.ConfigureAwait(false);
        await session.DisposeAsync().ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
        // Whoever did not wait for the end does not want to hear how it was.
        _ = ended.Task.Exception;
    }

    private async Task ReleaseAsync()
    {
        await Console.DisposeAsync().ConfigureAwait(false);
        await Report.DisposeAsync().ConfigureAwait(false);
        life.Dispose();
        folder.Dispose();
    }

    private async Task MakeFilesAsync(CancellationToken cancellation)
    {
        if (options.Disk is { } image)
        {
            if (files.Keeps && File.Exists(files.Disk))
            {
                await MachineDisk.CheckAsync(tools, image, files.Disk, cancellation).ConfigureAwait(false);
            }
            else
            {
                await MachineDisk.CreateAsync(tools, image, files.Disk!, options.DiskSize, cancellation).ConfigureAwait(false);
            }
        }

        if (!files.Keeps || !File.Exists(files.Firmware.Variables))
        {
            File.Copy(firmware.Variables, files.Firmware.Variables, overwrite: true);
            File.SetUnixFileMode(files.Firmware.Variables, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private async Task BeginAsync()
    {
        try
        {
            await BeginSessionAsync().ConfigureAwait(false);
        }
        catch (KvmFailedException) when (!Accelerator.IsForced)
        {
            TurnToEmulation();
            await BeginSessionAsync().ConfigureAwait(false);
        }
    }

    private async Task BeginSessionAsync()
    {
        await MakeFilesAsync(life.Token).ConfigureAwait(false);
        var arguments = QemuCommandLine.Build(options, files, Accelerator);
        progress.Log($"+ {Command.Of(QemuCommandLine.Program, arguments)}");
        started = Stopwatch.GetTimestamp();
        session = await QemuSession.StartAsync(arguments, files, Console, Report, OnEvent, life.Token).ConfigureAwait(false);
    }

    private async Task SuperviseAsync()
    {
        try
        {
            await using var kill = life.Token.Register(() => session.Kill()).ConfigureAwait(false);
            var exit = await EndOfSessionAsync().ConfigureAwait(false);
            if (exit.KvmFailed && !Accelerator.IsForced && !life.IsCancellationRequested)
            {
                await session.DisposeAsync().ConfigureAwait(false);
                TurnToEmulation();
                await BeginSessionAsync().ConfigureAwait(false);
                exit = await EndOfSessionAsync().ConfigureAwait(false);
            }

            End(Explain(exit));
        }
        catch (Exception error)
        {
            // The second start failed: whoever waits for the machine has to hear of it.
            End(error);
        }
    }

    /// <summary>Waits until QEMU is gone and everything that it sent was taken.</summary>
    private async Task<QemuExit> EndOfSessionAsync()
    {
        var exit = await session.Exited.ConfigureAwait(false);
        await session.Pumps.ConfigureAwait(false);
        await session.Monitor.Closed.ConfigureAwait(false);
        return exit;
    }

    private void TurnToEmulation()
    {
        const string What = "KVM failed; started again with emulation";
        progress.Log(What);
        Accelerator = new Accelerator(AcceleratorKind.Tcg, "KVM is there but cannot run this machine");
        lock (events)
        {
            events.Clear();
        }

        Console.Restart($"[banana] {What}");
        Report.Restart($"[banana] {What}");
    }

    private void OnEvent(QmpEvent happened)
    {
        lock (events)
        {
            events.Add(new MachineEvent(Uptime, happened));
        }
    }

    /// <summary>Why the machine ended; a text for those who wait for a line, and whether it is an error for those who wait for the end.</summary>
    private (BananaException Why, bool IsError) Explain(QemuExit exit)
    {
        var shutdown = Events.LastOrDefault(happened => happened.Event.Name == "SHUTDOWN").Event;
        if (!options.OutlivesPanic && Events.Any(happened => happened.Event.Name == "GUEST_PANICKED"))
        {
            return (new BananaException(ExitCode.Unhealthy, "the guest's kernel panicked", next: $"the whole log is in {Console.LogFile}"), true);
        }

        if (exit.KvmFailed)
        {
            return (new KvmFailedException(exit.Error), true);
        }

        return exit.ExitCode == 0 && shutdown is not null
            ? (new BananaException(ExitCode.Unhealthy, shutdown.Text("reason")?.StartsWith("guest", StringComparison.Ordinal) == true ? "the guest powered off" : "the machine was ended"), false)
            : (new BananaException(ExitCode.ToolFailed, $"QEMU ended with exit code {exit.ExitCode} ({exit.Error})"), true);
    }

    private void End((BananaException Why, bool IsError) outcome)
    {
        if (life.IsCancellationRequested)
        {
            End(new OperationCanceledException(life.Token));
            return;
        }

        Console.End(outcome.Why);
        Report.End(outcome.Why);
        _ = outcome.IsError ? ended.TrySetException(outcome.Why) : ended.TrySetResult();
    }

    private void End(Exception error)
    {
        Console.End(error);
        Report.End(error);
        _ = error is OperationCanceledException ? ended.TrySetCanceled(life.Token) : ended.TrySetException(error);
    }
}
