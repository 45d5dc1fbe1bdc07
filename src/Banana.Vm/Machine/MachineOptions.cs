// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Acceleration;
using Banana.Vm.Serial;

namespace Banana.Vm.Machine;

/// <summary>What a machine is made of.</summary>
public sealed record MachineOptions
{
    /// <summary>The file that gets every byte of the serial console, as it came. Kept when the machine is gone.</summary>
    public required string SerialLog { get; init; }

    /// <summary>The disk image (raw or qcow2) to boot from; it is never written. None when null.</summary>
    public string? Disk { get; init; }

    /// <summary>The file that keeps what the guest writes (made when it is not there). When null it is thrown away at the end.</summary>
    public string? PersistentDisk { get; init; }

    /// <summary>How large the guest sees its disk, in bytes; at least the size of the image. When null, the image and 6 GiB for the root file system that the first boot makes.</summary>
    public long? DiskSize { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int MemoryMiB { get; init; } = 2048;

    /// <summary>The number of processors.</summary>
    public int Processors { get; init; } = 2;

    /// <summary>How the guest's instructions run.</summary>
    public required Accelerator Accelerator { get; init; }

    /// <summary>The network; none when null.</summary>
    public MachineNetwork? Network { get; init; }

    /// <summary>The screen.</summary>
    public MachineScreen Screen { get; init; }

    /// <summary>What the guest's systemd is told.</summary>
    public IReadOnlyList<Credential> Credentials { get; init; } = [];

    /// <summary>Words for the kernel command line, beside those of the release. The stub of its UKI takes them (systemd-stub(7)).</summary>
    public IReadOnlyList<string> KernelWords { get; init; } = [];

    /// <summary>How long an emulated guest waits for devices and units, in place of systemd's 90 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether a guest that panics goes on, to restart by itself as a real machine does; otherwise that is the end of the machine.</summary>
    public bool OutlivesPanic { get; init; }

    /// <summary>Called with the bytes of the serial console as they come, for a terminal that shows them. Must be quick: the guest waits.</summary>
    public Action<ReadOnlyMemory<byte>>? OnConsoleBytes { get; init; }

    /// <summary>Called with each line of the serial console when it is complete. Must be quick: the guest waits.</summary>
    public Action<SerialLine>? OnConsoleLine { get; init; }

    /// <summary>More arguments of QEMU, passed as they are: devices that only one caller needs.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}

/// <summary>The screen of a machine.</summary>
public enum MachineScreen
{
    /// <summary>No graphics device.</summary>
    None,

    /// <summary>A graphics device that nobody looks at, for pictures.</summary>
    Headless,

    /// <summary>A window on the user's desktop (GTK).</summary>
    GtkWindow,

    /// <summary>A window on the user's desktop (SDL).</summary>
    SdlWindow,
}

/// <summary>A network behind QEMU's user-mode translation: the guest can be reached only by the forwarded ports.</summary>
/// <param name="Internet">Whether the guest may reach the host and the world.</param>
/// <param name="Forwards">The ports that reach the guest.</param>
public sealed record MachineNetwork(bool Internet, IReadOnlyList<PortForward> Forwards);

/// <summary>A TCP port of the host's loopback interface that leads to a port of the guest.</summary>
/// <param name="Host">The port on 127.0.0.1.</param>
/// <param name="Guest">The port in the guest.</param>
public sealed record PortForward(int Host, int Guest);
