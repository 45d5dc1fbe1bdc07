// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Releases;

/// <summary>A way in which a release is broken, and what the serial console shows of it.</summary>
/// <param name="Name">The name, in the kernel command line of such a release.</param>
/// <param name="Marker">A line of the console that tells this failure from all others.</param>
internal sealed partial record BrokenKind(string Name, Regex Marker)
{
    /// <summary>Words for the kernel command line.</summary>
    public string Words { get; init; } = string.Empty;

    /// <summary>What its /usr is.</summary>
    public BrokenSlot Slot { get; init; }

    /// <summary>How much of its UKI is there: all, the half of it, nothing.</summary>
    public BrokenFile File { get; init; }

    /// <summary>How long the guest waits for devices and units.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<BrokenKind> All { get; } =
    [
        new("half-uki", CannotLoad()) { File = BrokenFile.Half },
        new("empty-uki", Anything()) { File = BrokenFile.Empty },
        // No program to start, and then no root file system either.
        new("panic", Panic()) { Words = "rdinit=/nothing panic=1" },
        new("changed-usr", Corrupted()) { Words = "panic=1", Slot = BrokenSlot.ChangedByte },
        new("other-root-hash", Corrupted()) { Words = "panic=1", Slot = BrokenSlot.OtherRootHash },
        new("no-usr", Failed()) { Slot = BrokenSlot.Missing, Patience = TimeSpan.FromMinutes(4) },
        new("initrd-hangs", TimedOut()) { Words = Hang("initrd.target", "/etc/initrd-release") },
        new("system-hangs", Restarts()) { Words = Hang("multi-user.target", "!/etc/initrd-release") },
        // These come up, and only the checks of the boot find them out.
        new("no-network", NoNetwork()) { Words = $"{Failing("systemd-networkd.service")} {Impatient}" },
        new("daemon-crashes", NoDaemon()) { Words = $"{Failing("bananad.service")} {Impatient}" },
        new("unit-fails", NoLogins()) { Words = $"{Failing("systemd-logind.service")} {Impatient}" },
    ];

    /// <summary>Whether it comes as far as the system itself.</summary>
    public bool ReachesSystem => Name is "system-hangs" or "no-network" or "daemon-crashes" or "unit-fails";

    /// <summary>Whether a kernel of it ever starts.</summary>
    public bool Starts => File == BrokenFile.Whole;

    /// <summary>Finds a kind.</summary>
    public static BrokenKind Of(string name) => All.Single(kind => kind.Name == name);

    // A unit that never ends, before a target that waits for it less long than in the image. The drop-in has a name of its own, because
    // the health probe gives the guest one for the same target.
    private static string Hang(string target, string condition)
    {
        var unit = $"[Unit]\nDefaultDependencies=no\nBefore={target}\nConditionPathExists={condition}\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=/usr/bin/sleep infinity\n";
        var patience = "[Unit]\nWants=banana-hang.service\nJobTimeoutSec=60\n";
        return $"{Word("systemd.extra-unit.banana-hang.service", unit)} {Word($"systemd.unit-dropin.{target}~banana-hang", patience)}";
    }

    // A boot has two minutes to be good in place of ten.
    private static string Impatient => Word("banana.updates", "{ \"bootTimeout\": 120 }");

    private static string Failing(string unit) => Word("systemd.unit-dropin." + unit, "[Service]\nExecStart=\nExecStart=/usr/bin/false\nRestart=no\n");

    private static string Word(string name, string value) => Credential.Text(name, value).ToKernelWord();

    [GeneratedRegex("Error loading EFI binary", RegexOptions.None, 1000)]
    private static partial Regex CannotLoad();

    [GeneratedRegex("", RegexOptions.None, 1000)]
    private static partial Regex Anything();

    [GeneratedRegex("Kernel panic - not syncing: VFS: Unable to mount root fs", RegexOptions.None, 1000)]
    private static partial Regex Panic();

    [GeneratedRegex("verity: .* (data|metadata) block [0-9]+ is corrupted", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Corrupted();

    [GeneratedRegex("this boot failed; the machine restarts", RegexOptions.None, 1000)]
    private static partial Regex Failed();

    [GeneratedRegex("network: systemd-networkd\\.service is ", RegexOptions.None, 1000)]
    private static partial Regex NoNetwork();

    [GeneratedRegex("daemon: org\\.kde\\.banana1 does not answer", RegexOptions.None, 1000)]
    private static partial Regex NoDaemon();

    [GeneratedRegex("units: systemd-logind\\.service failed", RegexOptions.None, 1000)]
    private static partial Regex NoLogins();

    // systemd's own words before it restarts for JobTimeoutAction=; which job it was goes to the journal only.
    [GeneratedRegex("Forcibly rebooting: job timed out", RegexOptions.None, 1000)]
    private static partial Regex TimedOut();

    // The system says so in its journal only; that it came up and restarted is what can be seen from outside.
    [GeneratedRegex(@"systemd-shutdown\[1\]: Rebooting\.", RegexOptions.None, 1000)]
    private static partial Regex Restarts();
}

/// <summary>What the partitions of a release hold.</summary>
internal enum BrokenSlot
{
    /// <summary>What they should: those of the good release.</summary>
    Good,

    /// <summary>One byte of the image is another.</summary>
    ChangedByte,

    /// <summary>The partitions have the names of another root hash, which the UKI asks for.</summary>
    OtherRootHash,

    /// <summary>There are none.</summary>
    Missing,
}

/// <summary>What is there of a file.</summary>
internal enum BrokenFile
{
    /// <summary>All.</summary>
    Whole,

    /// <summary>Its first half.</summary>
    Half,

    /// <summary>Its name.</summary>
    Empty,
}
