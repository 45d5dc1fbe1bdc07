// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Machines;

/// <summary>A machine with an empty disk: its firmware ends in the UEFI shell, which takes commands on the serial console. Seconds, even when emulated.</summary>
internal sealed class FirmwareShell : IDisposable
{
    /// <summary>How long the firmware may take when it is emulated on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("banana-test-");

    /// <summary>The machine's options.</summary>
    public MachineOptions Options => new()
    {
        SerialLog = File("serial.log"),
        Accelerator = Accelerator.Detect(),
        MemoryMiB = 512,
        Processors = 1,
    };

    /// <summary>The folder of the test.</summary>
    public string Folder => folder.FullName;

    /// <summary>A file in the folder of the test.</summary>
    public string File(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A disk that passes for one, with nothing to boot on it.</summary>
    public string EmptyDisk(string name = "disk.raw")
    {
        var disk = new byte[1 << 20];
        "EFI PART"u8.CopyTo(disk.AsSpan(512));
        System.IO.File.WriteAllBytes(File(name), disk);
        return File(name);
    }

    /// <summary>Starts a machine.</summary>
    public static Task<VirtualMachine> StartAsync(MachineOptions options, CancellationToken cancellation) =>
        VirtualMachine.StartAsync(options, new ProcessRunner(), SilentProgress.Instance, cancellation);

    /// <summary>The QEMU processes whose serial log or disk is in the folder of this test, by what they were started with.</summary>
    public static IReadOnlyList<int> ProcessesNaming(string text) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)).Select(name => int.Parse(name!)).Where(id => CommandLine(id).Contains(text, StringComparison.Ordinal) && CommandLine(id).Contains("qemu-system", StringComparison.Ordinal))];

    public void Dispose() => ArtifactCache.DeleteTree(folder.FullName);

    private static string CommandLine(int process)
    {
        try
        {
            return System.IO.File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
