// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json.Serialization;
using Banana.Formats.Release;

namespace Banana.Device.History;

/// <summary>What happened to a device's releases.</summary>
public enum DeviceEventKind
{
    /// <summary>A release was installed and waits for the next boot.</summary>
    Installed,

    /// <summary>A release booted and all its checks held.</summary>
    Healthy,

    /// <summary>A release booted, and a check did not hold.</summary>
    Unhealthy,

    /// <summary>A release used up its tries; the machine went on with another one.</summary>
    FellBack,

    /// <summary>The user chose to go back.</summary>
    RolledBack,

    /// <summary>An update did not come to its end; the machine is as it was.</summary>
    UpdateFailed,
}

/// <summary>A check and what it found.</summary>
/// <param name="Name">The check.</param>
/// <param name="Problem">What is wrong, as one line; null: it holds.</param>
public sealed record CheckVerdict(string Name, string? Problem);

/// <summary>One line of a device's history.</summary>
public sealed record DeviceEvent
{
    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<DeviceEventKind>))]
    public required DeviceEventKind Kind { get; init; }

    /// <summary>The release that it is about.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>Why, for a person; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The checks of a boot, each by its name.</summary>
    public IReadOnlyList<CheckVerdict> Checks { get; init => field = value ?? []; } = []; // generated code sets null when the key is missing

    /// <summary>How many bytes an update fetched.</summary>
    public long? Bytes { get; init; }

    /// <summary>The boot that it happened in (boot_id of the kernel), for verdicts.</summary>
    public string? Boot { get; init; }
}

/// <summary>The last look at the repository.</summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Version">What was offered; null: nothing new, or it failed.</param>
/// <param name="Bytes">What it would fetch.</param>
/// <param name="Problem">Why it failed, as one line; null: it did not.</param>
public sealed record LastCheck(DateTimeOffset Time, ReleaseVersion? Version, long? Bytes, string? Problem);

/// <summary>A release that is not offered again until a newer one is there.</summary>
/// <param name="RootHash">Its root hash.</param>
/// <param name="Version">Its version.</param>
/// <param name="Reason">Why, for a person.</param>
public sealed record RefusedRelease(string RootHash, ReleaseVersion Version, string Reason);

/// <summary>What a device knows of its releases.</summary>
public sealed record DeviceRecord
{
    /// <summary>The version of the format.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The root hashes of the releases that booted here with all checks holding.</summary>
    public IReadOnlyList<string> Blessed { get; init => field = value ?? []; } = [];

    /// <summary>The releases that failed here, or that the user left.</summary>
    public IReadOnlyList<RefusedRelease> Refused { get; init => field = value ?? []; } = [];

    /// <summary>Until when updates of themselves are paused; null: they are not.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>The latest time that signed metadata or a release told: the clock of this machine is not believed to be earlier.</summary>
    public DateTimeOffset? TimeFloor { get; init; }

    /// <summary>The last look at the repository; null: there was none.</summary>
    public LastCheck? LastCheck { get; init; }

    /// <summary>What happened, the oldest first.</summary>
    public IReadOnlyList<DeviceEvent> Events { get; init => field = value ?? []; } = [];
}

/// <summary>Writes records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, NewLine = "\n")]
[JsonSerializable(typeof(DeviceRecord))]
internal sealed partial class DeviceRecordContext : JsonSerializerContext;
