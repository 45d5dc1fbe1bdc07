// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Build;
using Banana.Cli.Workbenches;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.CrashStates;

/// <summary>
/// A device whose every write is logged by QEMU, from power-on: the core edition with a state area, on which the program of
/// <c>tests/Banana.Tests.Guest</c> plays its scenarios. Firmware, boot loader, the kernel's FAT and block layer are the real ones.
/// </summary>
internal sealed class CrashRecording(MakerEnvironment environment, string folder, CancellationToken cancellation)
{
    private const string DiskSize = "4G";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private const string Unit = """
        [Unit]
        Description=Play scenarios whose writes are logged
        DefaultDependencies=no
        After=multi-user.target
        ConditionPathExists=!/etc/initrd-release

        [Service]
        Type=exec
        LoadCredential=banana.crash
        ExecStart=/bin/sh %d/banana.crash

        """;

    private const string Script = """
        mkdir -p /run/crash
        exec >/dev/ttyS1 2>&1
        mount -t erofs -o ro /dev/disk/by-id/virtio-crash /run/crash || echo "BANANA-CRASH failed: no media"
        export DOTNET_ROOT=/run/crash/dotnet LD_LIBRARY_PATH=/run/crash/lib DOTNET_EnableDiagnostics=0 DOTNET_TieredPGO=0 TMPDIR=/run
        /run/crash/dotnet/dotnet exec /run/crash/app/Banana.Tests.Guest.dll /run/crash "$(readlink -f /dev/disk/by-id/virtio-system)" || echo "BANANA-CRASH failed: exit code $?"

        """;

    // The scenarios do by themselves what these would do in between.
    private static readonly string[] Masked = ["systemd-bless-boot.service", "banana-boot-check.service", "banana-update.timer", "bananad.service"];

    private readonly ProcessRunner tools = new();

    /// <summary>The disk as it was before.</summary>
    public string Original => Path.Combine(folder, "original.raw");

    /// <summary>The log.</summary>
    public string Log => Path.Combine(folder, "writes.log");

    /// <summary>The release that runs.</summary>
    public ReleaseManifest Running => ReleaseManifest.Read(Path.Combine(folder, "running.json"));

    /// <summary>The releases that are installed.</summary>
    public CrashReleases Releases { get; } = new(environment, folder, cancellation);

    /// <summary>Whether it was made already.</summary>
    public bool IsMade => File.Exists(Path.Combine(folder, "made"));

    /// <summary>Makes it.</summary>
    public async Task MakeAsync()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        var built = await new Maker(environment, SilentProgress.Instance).BuildAsync("core", version: null, Path.Combine(folder, "out"), clean: false, cancellation);
        var release = ReleaseDirectory.Open(built.Folder);
        await release.Manifest.WriteAsync(Path.Combine(folder, "running.json"), cancellation);
        await MakeDiskAsync(release.Require(PartRole.Disk));
        var media = await Releases.MakeAsync(Original);
        for (var restarts = 0; !await RunAsync(media, restarts); restarts++)
        {
            if (restarts == EmulationFault.Restarts)
            {
                throw new BananaException(ExitCode.ToolFailed, "the emulated kernel died each time", Path.Combine(folder, $"serial-{restarts}.log"));
            }
        }

        // What is kept is enough to look at states again: the disk as it was, the log, the releases.
        Directory.Delete(Path.Combine(folder, "out"), recursive: true);
        File.Delete(media);
        File.Delete(Path.Combine(folder, "disk.raw"));
        await File.WriteAllTextAsync(Path.Combine(folder, "made"), string.Empty, cancellation);
    }

    // With a state area, if the edition has none, and room for root, so that the table's second copy is at the end of the disk from the beginning.
    private async Task MakeDiskAsync(string image)
    {
        await tools.RunAsync(Command.Of("cp", "--sparse=always", image, Original), cancellation);
        var definitions = Directory.CreateDirectory(Path.Combine(folder, "repart.d")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(environment.Checkout.Root, "os", "partitions"), "*.conf"))
        {
            File.Copy(file, Path.Combine(definitions, Path.GetFileName(file)));
        }

        if (!Directory.GetFiles(definitions).Any(file => File.ReadAllText(file).Contains("banana-state", StringComparison.Ordinal)))
        {
            await File.WriteAllTextAsync(Path.Combine(definitions, "40-state.conf"), "[Partition]\nType=linux-generic\nLabel=banana-state\nSizeMinBytes=16M\nSizeMaxBytes=16M\n", cancellation);
        }

        var workbench = (await environment.WorkbenchAsync(MakerEnvironment.Tools, environment.HostContext, cancellation)).Enter(new Bind(folder));
        await workbench.RunAsync(
            Command.Of("systemd-repart", $"--size={DiskSize}", "--dry-run=no", "--offline=yes", "--no-pager", "--seed=6ba7b810-9dad-11d1-80b4-00c04fd430c7", "--definitions=" + definitions, Original),
            cancellation);
    }

    private async Task<bool> RunAsync(string media, int attempt)
    {
        var disk = Path.Combine(folder, "disk.raw");
        await tools.RunAsync(Command.Of("cp", "--sparse=always", Original, disk), cancellation);
        await File.WriteAllBytesAsync(Log, [], cancellation);
        var options = new MachineOptions
        {
            SerialLog = Path.Combine(folder, $"serial-{attempt}.log"),
            Accelerator = Accelerator.Detect(),
            Credentials =
            [
                Credential.Text("banana.crash", Script),
                Credential.Text("systemd.extra-unit.banana-crash.service", Unit),
                Credential.Text("systemd.unit-dropin.multi-user.target", "[Unit]\nWants=banana-crash.service\n"),
            ],
            KernelWords = [.. Masked.Select(unit => $"systemd.mask={unit}")],
            ExtraArguments =
            [
                // What the log says counts, so that the files themselves need not be synced.
                "-blockdev", $"driver=file,node-name=system-file,filename={disk},cache.no-flush=on",
                "-blockdev", $"driver=file,node-name=system-log,filename={Log},cache.no-flush=on",
                "-blockdev", "driver=blklogwrites,node-name=system,file=system-file,log=system-log,log-sector-size=512",
                "-device", "virtio-blk-pci,drive=system,serial=system,bootindex=1,discard=off,write-zeroes=off",
                "-blockdev", $"driver=file,node-name=media,filename={media},read-only=on",
                "-device", "virtio-blk-pci,drive=media,serial=crash",
            ],
        };
        await using var machine = await VirtualMachine.StartAsync(options, tools, SilentProgress.Instance, cancellation);
        var report = machine.Report.WaitForAsync(new("^BANANA-CRASH (done|failed.*)$"), Patience, cancellation, "the end of the scenarios");
        await Task.WhenAny(report, machine.Ended);
        if (!report.IsCompletedSuccessfully)
        {
            if (machine.Accelerator.Kind == AcceleratorKind.Tcg && EmulationFault.IsIn(machine.Console.Lines))
            {
                return false;
            }

            await report;
        }

        var line = (await report).Text;
        await File.WriteAllLinesAsync(Path.Combine(folder, "report.txt"), machine.Report.Lines.Select(each => each.Text), cancellation);
        if (!line.EndsWith(" done", StringComparison.Ordinal))
        {
            throw new BananaException(ExitCode.ToolFailed, line, options.SerialLog);
        }

        await machine.PowerOffAsync(TimeSpan.FromMinutes(3), cancellation);
        return true;
    }
}
