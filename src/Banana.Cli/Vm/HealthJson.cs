// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json.Serialization;
using Banana.Vm.Health;

namespace Banana.Cli.Vm;

/// <summary>What `banana vm --health --json` prints.</summary>
/// <param name="Name">What was booted.</param>
/// <param name="Healthy">Whether every check passed.</param>
/// <param name="Checks">Each check.</param>
/// <param name="Acceleration">How the guest's instructions ran.</param>
/// <param name="ReportedAfter">Seconds from power-on to the report, on the host's clock; null when none came.</param>
/// <param name="SerialLog">The file with the serial console.</param>
/// <param name="Report">What the guest said of itself; null when it did not come so far.</param>
internal sealed record HealthJson(string Name, bool Healthy, IReadOnlyList<HealthCheck> Checks, string Acceleration, double? ReportedAfter, string SerialLog, HealthReport? Report)
{
    /// <summary>Takes from a boot what programs want to know.</summary>
    public static HealthJson Of(string name, BootRecord boot) =>
        new(name, boot.Verdict.IsHealthy, boot.Verdict.Checks, boot.Acceleration, boot.ReportedAfter?.TotalSeconds, boot.SerialLog, boot.Health);
}

/// <summary>The serializer of <see cref="HealthJson"/>.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthJson))]
internal sealed partial class HealthJsonContext : JsonSerializerContext;
