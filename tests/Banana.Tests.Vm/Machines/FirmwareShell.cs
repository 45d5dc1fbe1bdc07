// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Machines;

/// <summary>A machine without a disk: its firmware ends in the UEFI shell, which takes commands on the serial console. Seconds, even when emulated.</summary>
internal sealed class FirmwareShell : IDisposable
{
    /// <summary>How long the firmware may take under emulation on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("banana-test-");

    /// <summary>The machine's options.</summary>
    public MachineOptions Options => new()
    {
        SerialLog = Path.Combine(folder.FullName, "serial.log"),
        Accelerator = Accelerator.Detect(),
        MemoryMiB = 512,
        Processors = 1,
    };

    /// <summary>A file in the folder of the test.</summary>
    public string File(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Starts a machine.</summary>
    public static Task<VirtualMachine> StartAsync(MachineOptions options, CancellationToken cancellation) =>
        VirtualMachine.StartAsync(options, new ProcessRunner(), SilentProgress.Instance, cancellation);

    public void Dispose() => ArtifactCache.DeleteTree(folder.FullName);
}
