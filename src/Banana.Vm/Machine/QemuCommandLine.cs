// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Vm.Acceleration;
using Banana.Vm.Firmware;

namespace Banana.Vm.Machine;

/// <summary>The files and sockets of one machine, as QEMU is told about them.</summary>
/// <param name="Firmware">The firmware's code, and this machine's own copy of the variables.</param>
/// <param name="Disk">The writable overlay, if there is a disk.</param>
/// <param name="Keeps">Whether the overlay outlives the machine: then its writes are not left to chance.</param>
/// <param name="ConsolePipes">The pipes of the serial console (<see cref="FifoPair"/>).</param>
/// <param name="ReportPipes">The pipes of the second serial port.</param>
/// <param name="MonitorSocket">Where we listen for QMP.</param>
/// <param name="CredentialArguments">What passes the credentials.</param>
internal sealed record MachineFiles(
    UefiFirmware Firmware,
    string? Disk,
    bool Keeps,
    string ConsolePipes,
    string ReportPipes,
    string MonitorSocket,
    IReadOnlyList<string> CredentialArguments);

/// <summary>Puts QEMU's command line together.</summary>
internal static class QemuCommandLine
{
    /// <summary>The program.</summary>
    public const string Program = "qemu-system-x86_64";

    /// <summary>Instructions for many values at once are slow where each is a call of the emulator: SHA-256 alone is twice as fast without them.</summary>
    private const string Emulated = "max,avx=off,avx2=off,sha-ni=off";

    /// <summary>The arguments of a machine.</summary>
    public static IReadOnlyList<string> Build(MachineOptions options, MachineFiles files, Accelerator accelerator)
    {
        List<string> arguments =
        [
            "-nodefaults", "-no-user-config",
            "-machine", "q35",
            "-accel", accelerator.Argument,
            "-cpu", accelerator.Kind == AcceleratorKind.Tcg ? Emulated : "max",
            "-smp", Text(options.Processors),
            "-m", Text(options.MemoryMiB),
            "-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={Escape(files.Firmware.Code)}",
            "-drive", $"if=pflash,unit=1,format=raw,file={Escape(files.Firmware.Variables)}",
            "-device", "virtio-rng-pci",
            "-device", "pvpanic-pci",
            // A watchdog that resets the machine, as a real one has.
            "-device", "i6300esb", "-action", $"watchdog=reset,panic={(options.OutlivesPanic ? "none" : "shutdown")}",
            "-chardev", $"pipe,id=console,path={Escape(files.ConsolePipes)}", "-serial", "chardev:console",
            "-chardev", $"pipe,id=report,path={Escape(files.ReportPipes)}", "-serial", "chardev:report",
            "-chardev", $"socket,id=monitor,path={Escape(files.MonitorSocket)}", "-mon", "chardev=monitor,mode=control",
        ];
        if (files.Disk is not null)
        {
            var cache = files.Keeps ? "writeback" : "unsafe";
            arguments.AddRange(["-drive", $"if=none,id=disk,format=qcow2,cache={cache},discard=unmap,file={Escape(files.Disk)}", "-device", "virtio-blk-pci,drive=disk,bootindex=1"]);
        }

        if (options.Network is { } network)
        {
            var forwards = string.Concat(network.Forwards.Select(forward => $",hostfwd=tcp:127.0.0.1:{Text(forward.Host)}-:{Text(forward.Guest)}"));
            // Without a ROM: the firmware does not try to boot from the network.
            arguments.AddRange(["-netdev", $"user,id=net,restrict={(network.Internet ? "off" : "on")}{forwards}", "-device", "virtio-net-pci,netdev=net,romfile="]);
        }

        arguments.AddRange(options.Screen switch
        {
            MachineScreen.None => ["-display", "none"],
            MachineScreen.Headless => ["-display", "none", "-device", "virtio-vga", "-device", "virtio-tablet-pci"],
            // A tablet: the pointer follows the host's without being caught by the window.
            MachineScreen.GtkWindow => ["-display", "gtk,zoom-to-fit=on", .. WindowDevices],
            MachineScreen.SdlWindow => ["-display", "sdl", .. WindowDevices],
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Screen, "unknown screen"),
        });
        arguments.AddRange(files.CredentialArguments);
        IReadOnlyList<string> words = accelerator.Kind == AcceleratorKind.Tcg ? [.. Patience(options), .. options.KernelWords] : options.KernelWords;
        if (words.Count > 0)
        {
            arguments.AddRange(["-smbios", $"type=11,value=io.systemd.stub.kernel-cmdline-extra={Escape(string.Join(' ', words))}"]);
        }

        arguments.AddRange(options.ExtraArguments);
        return arguments;
    }

    /// <summary>A text inside of one of QEMU's comma-separated options.</summary>
    public static string Escape(string text) => text.Replace(",", ",,", StringComparison.Ordinal);

    private static readonly string[] WindowDevices = ["-device", "virtio-vga", "-device", "qemu-xhci", "-device", "usb-tablet", "-device", "usb-kbd"];

    // An emulated machine on a busy host needs more than systemd's 90 s: for a unit, and until the first boot has made the root file system.
    private static string[] Patience(MachineOptions options) =>
        [$"systemd.default_device_timeout_sec={Text((int)options.Patience.TotalSeconds)}", $"systemd.default_timeout_start_sec={Text((int)options.Patience.TotalSeconds)}"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
