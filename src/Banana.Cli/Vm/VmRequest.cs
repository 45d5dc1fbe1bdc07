// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Globalization;
using Banana.Foundation.Errors;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>What the user asked `banana vm` for, checked.</summary>
internal sealed record VmRequest
{
    private const int LeastMemory = 512;

    /// <summary>What to boot; null for the newest release.</summary>
    public string? Release { get; init; }

    /// <summary>Whether to open a window.</summary>
    public bool Gui { get; init; }

    /// <summary>The file that keeps what the guest writes; null throws it away.</summary>
    public string? Persist { get; init; }

    /// <summary>Memory in MiB; null: what the edition needs.</summary>
    public int? MemoryMiB { get; init; }

    /// <summary>The number of processors.</summary>
    public int Processors { get; init; }

    /// <summary>The accelerator asked for; null chooses.</summary>
    public AcceleratorKind? Accelerator { get; init; }

    /// <summary>Whether to boot once for a health report.</summary>
    public bool Health { get; init; }

    /// <summary>Whether the report is printed as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>How long the machine may run (or boot, for a health report); null when not said.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether the guest reaches the host and the world.</summary>
    public bool Network { get; init; }

    /// <summary>The ports that reach the guest.</summary>
    public IReadOnlyList<PortForward> Forwards { get; init; } = [];

    /// <summary>Where a picture of the screen goes; null takes none.</summary>
    public string? Screenshot { get; init; }

    /// <summary>"kvm", "tcg" or "auto".</summary>
    /// <exception cref="BananaException">Something else.</exception>
    public static AcceleratorKind? ParseAccelerator(string text) => text switch
    {
        "auto" => null,
        "kvm" => AcceleratorKind.Kvm,
        "tcg" => AcceleratorKind.Tcg,
        _ => throw Usage($"--accel '{text}' is none of auto, kvm and tcg"),
    };

    /// <summary>"2222:22".</summary>
    /// <exception cref="BananaException">Something else.</exception>
    public static PortForward ParseForward(string text)
    {
        return text.Split(':') is [var host, var guest]
            ? new PortForward(Port(host), Port(guest))
            : throw Usage($"--forward '{text}' is not HOST:GUEST (two ports, as in 2222:22)");

        int Port(string number) => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw Usage($"--forward '{text}': '{number}' is not a port (1 to {ushort.MaxValue})");
    }

    /// <summary>"2048", "2048M", "4G": in MiB.</summary>
    /// <exception cref="BananaException">Something else, or too little to boot.</exception>
    public static int ParseMemory(string text)
    {
        var factor = text.EndsWith("G", StringComparison.OrdinalIgnoreCase) ? 1024 : 1;
        var number = text.TrimEnd('G', 'g', 'M', 'm');
        if (text.Length - number.Length > 1 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > int.MaxValue / factor)
        {
            throw Usage($"--memory '{text}' is not a size (as in 2048M or 4G)");
        }

        return value * factor >= LeastMemory ? value * factor : throw Usage($"--memory '{text}' is too little to boot; give at least {LeastMemory}M");
    }

    /// <summary>Says what contradicts itself.</summary>
    /// <exception cref="BananaException">Two options that do not go together, or a number out of range.</exception>
    public VmRequest Check()
    {
        if (Json && !Health)
        {
            throw Usage("--json is for the health report; add --health");
        }

        if (Processors is < 1 or > 255)
        {
            throw Usage($"--cpus {Processors} is not from 1 to 255");
        }

        return Timeout is { } time && time <= TimeSpan.Zero ? throw Usage($"--timeout {time.TotalSeconds:0} is not a number of seconds above 0") : this;
    }

    private static BananaException Usage(string what) => new(ExitCode.Usage, what, next: "see 'banana vm --help'");
}
