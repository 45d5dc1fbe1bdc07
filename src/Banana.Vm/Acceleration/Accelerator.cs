// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Vm.Acceleration;

/// <summary>How QEMU runs the guest's instructions.</summary>
public enum AcceleratorKind
{
    /// <summary>On the processor itself (Linux KVM): near native speed.</summary>
    Kvm,

    /// <summary>Emulated by QEMU's translator (TCG): works everywhere, 10 to 20 times slower.</summary>
    Tcg,
}

/// <summary>The accelerator that a machine is started with, and why.</summary>
/// <param name="Kind">How the guest's instructions run.</param>
/// <param name="Reason">Why this one, for people ("/dev/kvm is not there").</param>
/// <param name="IsForced">Whether the user asked for it: then a failing KVM is an error, and not a reason to emulate.</param>
public sealed record Accelerator(AcceleratorKind Kind, string Reason, bool IsForced = false)
{
    /// <summary>The value of QEMU's <c>-accel</c>.</summary>
    public string Argument => Kind == AcceleratorKind.Kvm ? "kvm" : "tcg,thread=multi";

    /// <summary>What people are told: "KVM", or "emulation (the processor shows no vmx or svm flag)".</summary>
    public string Description => Kind == AcceleratorKind.Kvm ? "KVM" : $"emulation ({Reason})";

    /// <summary>
    /// Finds out whether KVM works here. That the device opens is not enough: inside some virtual machines it does,
    /// and UEFI firmware then dies with "KVM internal error" at its first switch of the processor's mode.
    /// Those have no <c>vmx</c> or <c>svm</c> flag, so both are asked for.
    /// </summary>
    /// <param name="asked">What the user asked for; null decides by itself.</param>
    /// <param name="device">The device of KVM.</param>
    /// <param name="processors">The kernel's list of processors with their flags (proc_cpuinfo(5)).</param>
    /// <exception cref="BananaException">KVM was asked for and its device cannot be used.</exception>
    public static Accelerator Detect(AcceleratorKind? asked = null, string device = "/dev/kvm", string processors = "/proc/cpuinfo")
    {
        if (asked == AcceleratorKind.Tcg)
        {
            return new Accelerator(AcceleratorKind.Tcg, "asked for", IsForced: true);
        }

        var obstacle = DeviceObstacle(device);
        if (asked == AcceleratorKind.Kvm)
        {
            return obstacle is null
                ? new Accelerator(AcceleratorKind.Kvm, "asked for", IsForced: true)
                : throw new BananaException(ExitCode.MissingTool, $"KVM cannot be used: {obstacle}", next: "use --accel tcg, or leave --accel out");
        }

        obstacle ??= HasVirtualization(processors) ? null : "the processor shows no vmx or svm flag";
        return obstacle is null
            ? new Accelerator(AcceleratorKind.Kvm, $"{device} and the processor's flags are there")
            : new Accelerator(AcceleratorKind.Tcg, obstacle);
    }

    private static string? DeviceObstacle(string device)
    {
        try
        {
            using var handle = File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"you may not open {device} (add yourself to the group 'kvm')";
        }
        catch (IOException)
        {
            return $"{device} is not there";
        }
    }

    private static bool HasVirtualization(string processors) =>
        File.Exists(processors)
        && File.ReadLines(processors).FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal)) is { } flags
        && flags.Split(' ').Any(flag => flag is "vmx" or "svm");
}
