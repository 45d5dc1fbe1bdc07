// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Device.History;
using Banana.Formats.Release;

namespace Banana.Device.Reports;

/// <summary>What a slot is to its device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SlotState>))]
public enum SlotState
{
    /// <summary>It holds no release that could boot.</summary>
    [JsonStringEnumMemberName("free")]
    Free,

    /// <summary>It is what runs.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It boots next, and has still to show that it is good.</summary>
    [JsonStringEnumMemberName("staged")]
    Staged,

    /// <summary>It was good on this machine; it is what the machine falls back to.</summary>
    [JsonStringEnumMemberName("good")]
    Good,

    /// <summary>It can boot, and was never found good on this machine.</summary>
    [JsonStringEnumMemberName("untried")]
    Untried,

    /// <summary>It failed here, or the user left it.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>A slot of a device.</summary>
/// <param name="Number">Its place among the slots, from 1.</param>
/// <param name="State">What it is.</param>
/// <param name="Version">The release in it; null: none.</param>
/// <param name="Entry">The file of its boot entry; null: it has none.</param>
/// <param name="Why">Why it is what it is, for a person.</param>
public sealed record SlotStatus(int Number, SlotState State, ReleaseVersion? Version, string? Entry, string Why);

/// <summary>The verdict on the boot that runs.</summary>
/// <param name="IsGood">True: all checks held; false: one did not; null: they are still being looked at.</param>
/// <param name="Checks">The checks.</param>
public sealed record BootHealth(bool? IsGood, IReadOnlyList<CheckVerdict> Checks);

/// <summary>The state of a device: what runs, what is in each slot and why, what is staged, and how this boot went.</summary>
public sealed record DeviceStatus
{
    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>PRETTY_NAME.</summary>
    public required string Name { get; init; }

    /// <summary>The edition.</summary>
    public required string Edition { get; init; }

    /// <summary>The version that runs.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>The architecture, by systemd's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>The root hash of what runs; null: /usr is not verified.</summary>
    public string? RootHash { get; init; }

    /// <summary>The slots.</summary>
    public required IReadOnlyList<SlotStatus> Slots { get; init; }

    /// <summary>The release that waits for a restart; null: none does.</summary>
    public ReleaseVersion? Staged { get; init; }

    /// <summary>The release that boots next; null: none on this disk.</summary>
    public ReleaseVersion? Next { get; init; }

    /// <summary>The verdict on this boot.</summary>
    public required BootHealth Health { get; init; }

    /// <summary>What the machine fell back from in this boot; null: nothing.</summary>
    public DeviceEvent? FellBack { get; init; }

    /// <summary>The repository; null: none is set.</summary>
    public string? Repository { get; init; }

    /// <summary>The channel; null: none is set.</summary>
    public string? Channel { get; init; }

    /// <summary>Until when background updates are paused; null: they are not.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>The last look at the repository.</summary>
    public LastCheck? LastCheck { get; init; }
}

/// <summary>A package that an update changes.</summary>
/// <param name="Name">The package.</param>
/// <param name="Before">Its version now; null: it is new.</param>
/// <param name="After">Its version then; null: it goes.</param>
public sealed record PackageChange(string Name, string? Before, string? After);

/// <summary>What an update brings.</summary>
public sealed record UpdateReport
{
    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>What runs.</summary>
    public required ReleaseVersion From { get; init; }

    /// <summary>What is offered; null: nothing new.</summary>
    public ReleaseVersion? To { get; init; }

    /// <summary>The bytes that it fetches.</summary>
    public long Bytes { get; init; }

    /// <summary>The bytes of the whole release, for comparison.</summary>
    public long WholeBytes { get; init; }

    /// <summary>Whether it is in its slot already and waits for a restart.</summary>
    public bool IsInstalled { get; init; }

    /// <summary>Why the release that runs was withdrawn; null: it was not.</summary>
    public string? Withdrawn { get; init; }

    /// <summary>Releases that are newer than what runs and are not offered.</summary>
    public IReadOnlyList<RefusedRelease> PassedOver { get; init; } = [];

    /// <summary>The packages that change; null: nobody asked.</summary>
    public IReadOnlyList<PackageChange>? Packages { get; init; }
}

/// <summary>Writes and reads reports.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, IndentSize = 2, NewLine = "\n")]
[JsonSerializable(typeof(DeviceStatus))]
[JsonSerializable(typeof(UpdateReport))]
[JsonSerializable(typeof(IReadOnlyList<DeviceEvent>))]
public sealed partial class ReportContext : JsonSerializerContext;

/// <summary>How reports are written.</summary>
public static class ReportJson
{
    /// <summary>Relaxed escaping: names of boot entries have a '+', which is nothing to hide.</summary>
    public static ReportContext Readable { get; } = new(new JsonSerializerOptions(ReportContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
