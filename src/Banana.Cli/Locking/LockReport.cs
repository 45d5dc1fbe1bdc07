// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Bases;
using Banana.Cli.Terminal;

namespace Banana.Cli.Locking;

/// <summary>Shows what a new lockfile changed.</summary>
internal static class LockReport
{
    /// <summary>For people: a line for each package.</summary>
    public static void Print(LockfileChanges changes, string lockfile, bool isNew)
    {
        if (isNew)
        {
            TerminalOutput.Info($"wrote {lockfile}: {changes.Added.Count} packages");
            return;
        }

        foreach (var package in changes.Added)
        {
            TerminalOutput.Result($"+ {package.Name} {package.Version}");
        }

        foreach (var package in changes.Removed)
        {
            TerminalOutput.Result($"- {package.Name} {package.Version}");
        }

        foreach (var (old, now) in changes.Changed)
        {
            TerminalOutput.Result(old.Version == now.Version ? $"~ {now.Name} {now.Version} (rebuilt)" : $"~ {now.Name} {old.Version} -> {now.Version}");
        }

        TerminalOutput.Info(changes.IsEmpty
            ? $"{lockfile}: nothing changed"
            : $"wrote {lockfile}: {changes.Added.Count} added, {changes.Removed.Count} removed, {changes.Changed.Count} changed");
    }

    /// <summary>For programs: one JSON object on a line.</summary>
    public static void PrintJson(string edition, LockfileChanges changes) =>
        TerminalOutput.Result(JsonSerializer.Serialize(
            new LockReportJson(
                edition,
                [.. changes.Added.Select(package => new LockReportPackage(package.Name, null, package.Version))],
                [.. changes.Removed.Select(package => new LockReportPackage(package.Name, package.Version, null))],
                [.. changes.Changed.Select(pair => new LockReportPackage(pair.New.Name, pair.Old.Version, pair.New.Version))]),
            LockReportContext.Default.LockReportJson));
}

/// <summary>What <c>banana lock --json</c> prints for an edition.</summary>
internal sealed record LockReportJson(string Edition, IReadOnlyList<LockReportPackage> Added, IReadOnlyList<LockReportPackage> Removed, IReadOnlyList<LockReportPackage> Changed);

/// <summary>A package with its version before and now.</summary>
internal sealed record LockReportPackage(string Name, string? Old, string? New);

/// <summary>The JSON form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LockReportJson))]
internal sealed partial class LockReportContext : JsonSerializerContext;
