// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Vm.Health;

/// <summary>What a booted system says of itself. Text that a system may lack is empty, never null.</summary>
public sealed record HealthReport
{
    /// <summary>The fields of os-release(5), unquoted.</summary>
    public required IReadOnlyDictionary<string, string> Os { get; init; }

    /// <summary>The release of the kernel.</summary>
    public required string Kernel { get; init; }

    /// <summary>The version of systemd ("systemd 262 (262.1-1)").</summary>
    public required string Systemd { get; init; }

    /// <summary>What <c>systemctl is-system-running</c> says: "running", "degraded", "starting", …</summary>
    public required string State { get; init; }

    /// <summary>Jobs that were still waiting; empty when the boot is finished.</summary>
    public required IReadOnlyList<string> Jobs { get; init; }

    /// <summary>The units that failed.</summary>
    public required IReadOnlyList<FailedUnit> FailedUnits { get; init; }

    /// <summary>What is mounted where, by the place that was asked for: "/", "/usr", "/etc", "/var", …</summary>
    public required IReadOnlyDictionary<string, Mount> Mounts { get; init; }

    /// <summary>The places of "/", "/usr", "/etc" and "/var" where a file could be made.</summary>
    public required IReadOnlyList<string> Writable { get; init; }

    /// <summary>The kernel command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>The verity device below /usr, if there is one.</summary>
    public VerityDevice? Verity { get; init; }

    /// <summary>How long each stage of the boot took, on the guest's clock.</summary>
    public required BootTimes Times { get; init; }

    /// <summary>The units that took longest to start, the slowest first.</summary>
    public required IReadOnlyList<UnitTime> Slowest { get; init; }

    /// <summary>Memory of the machine in bytes.</summary>
    public required long MemoryTotal { get; init; }

    /// <summary>Memory that programs could still have, in bytes.</summary>
    public required long MemoryAvailable { get; init; }

    /// <summary>The boot loader ("systemd-boot 262").</summary>
    public required string Loader { get; init; }

    /// <summary>The boot entry that was chosen (a file name).</summary>
    public required string Entry { get; init; }

    /// <summary>The path of the boot entry with its counter, while it is on trial; empty when boots are not counted.</summary>
    public required string CountPath { get; init; }

    /// <summary>The files in <c>EFI/Linux</c> when the report was made; empty where that is not mounted.</summary>
    public required IReadOnlyList<string> EntryFiles { get; init; }

    /// <summary>What <c>systemd-bless-boot status</c> says: "good", "clean" (not counted), "indeterminate" (on trial), "bad"; empty when the system has no such program.</summary>
    public required string Bless { get; init; }

    /// <summary>The last messages of the journal with priority "err" and higher.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>How long the kernel had been running when the report was made.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>A field of os-release, or an empty text.</summary>
    public string OsField(string name) => Os.TryGetValue(name, out var value) ? value : string.Empty;
}

/// <summary>A unit that failed.</summary>
/// <param name="Name">The unit.</param>
/// <param name="Log">Its last lines of the journal.</param>
public sealed record FailedUnit(string Name, IReadOnlyList<string> Log);

/// <summary>A mounted file system.</summary>
/// <param name="Target">Where it is mounted.</param>
/// <param name="Source">The device, or what stands for it.</param>
/// <param name="FileSystem">The type ("erofs").</param>
/// <param name="Size">Its size in bytes; 0 when it has none.</param>
/// <param name="Used">The bytes in use.</param>
/// <param name="Options">The options.</param>
public sealed record Mount(string Target, string Source, string FileSystem, long Size, long Used, string Options)
{
    /// <summary>Whether it is mounted read-only.</summary>
    public bool IsReadOnly => Options.Split(',').Contains("ro", StringComparer.Ordinal);
}

/// <summary>A dm-verity device.</summary>
/// <param name="Name">The name of the device.</param>
/// <param name="Status">What veritysetup says ("verified", "corrupted"); empty when the system has no such program.</param>
/// <param name="RootHash">The root hash that the kernel command line asks for; empty when it names none.</param>
public sealed record VerityDevice(string Name, string Status, string RootHash);

/// <summary>How long a unit took to start.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Time">How long.</param>
public sealed record UnitTime(string Unit, TimeSpan Time);

/// <summary>How long each stage of a boot took. A stage that the system did not measure, or does not have, is null.</summary>
/// <param name="Firmware">The firmware.</param>
/// <param name="Loader">The boot loader.</param>
/// <param name="Kernel">The kernel, until the first process.</param>
/// <param name="Initrd">The initial RAM disk.</param>
/// <param name="Userspace">The system itself, until its boot was finished.</param>
public sealed record BootTimes(TimeSpan? Firmware, TimeSpan? Loader, TimeSpan? Kernel, TimeSpan? Initrd, TimeSpan? Userspace)
{
    /// <summary>The sum of the stages.</summary>
    public TimeSpan Total => (Firmware ?? default) + (Loader ?? default) + (Kernel ?? default) + (Initrd ?? default) + (Userspace ?? default);
}
