// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Serial;

namespace Banana.Vm.Health;

/// <summary>What came of one boot that was watched from power-on to power-off.</summary>
public sealed record BootRecord
{
    /// <summary>What the guest said of itself; null when it did not come so far.</summary>
    public HealthReport? Health { get; init; }

    /// <summary>The verdict, with what could be seen from outside: whether it reported, restarted, powered off.</summary>
    public required HealthVerdict Verdict { get; init; }

    /// <summary>The lines of the serial console.</summary>
    public required IReadOnlyList<SerialLine> Serial { get; init; }

    /// <summary>The file with every byte of the serial console.</summary>
    public required string SerialLog { get; init; }

    /// <summary>When the report came, since power-on, on the host's clock; null when none came.</summary>
    public TimeSpan? ReportedAfter { get; init; }

    /// <summary>What the screen showed then, as PNG; null when the machine had none.</summary>
    public ReadOnlyMemory<byte>? Screen { get; init; }

    /// <summary>How the guest's instructions ran ("KVM", "emulation (…)").</summary>
    public required string Acceleration { get; init; }
}
