// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json.Serialization;

namespace Banana.Device.Settings;

/// <summary>What a device does by itself, in the background.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AutomaticUpdates>))]
public enum AutomaticUpdates
{
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>It looks whether there is an update, and tells.</summary>
    [JsonStringEnumMemberName("check")]
    Check,

    /// <summary>It installs the update beside what runs; the user restarts when it suits.</summary>
    [JsonStringEnumMemberName("install")]
    Install,
}

/// <summary>Where updates come from and when: <c>updates.json</c> (docs/device.md). A key that is null is not set in this place.</summary>
public sealed record UpdateSettings
{
    /// <summary>The repository: <c>https://…</c>, <c>http://…</c> (it is signed all the same), or a folder.</summary>
    public string? Repository { get; init; }

    /// <summary>The channel ("testing").</summary>
    public string? Channel { get; init; }

    /// <summary>What is done by itself; <see cref="AutomaticUpdates.Install"/> when nobody says otherwise.</summary>
    public AutomaticUpdates? Automatic { get; init; }

    /// <summary>Whether background updates also use a network that costs by the byte; they do not by default.</summary>
    public bool? OnMetered { get; init; }

    /// <summary>Below so many percent of battery, and not plugged in, no background update begins; 30 by default, 0: never mind.</summary>
    public int? MinimumBattery { get; init; }

    /// <summary>The most bytes a second that background updates fetch; 0: as fast as it goes, the default.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>For how many seconds a boot may take to be good; 600 by default.</summary>
    public int? BootTimeout { get; init; }

    /// <summary>What another place says wins, key by key.</summary>
    public UpdateSettings With(UpdateSettings over)
    {
        ArgumentNullException.ThrowIfNull(over);
        return new()
        {
            Repository = over.Repository ?? Repository,
            Channel = over.Channel ?? Channel,
            Automatic = over.Automatic ?? Automatic,
            OnMetered = over.OnMetered ?? OnMetered,
            MinimumBattery = over.MinimumBattery ?? MinimumBattery,
            BytesPerSecond = over.BytesPerSecond ?? BytesPerSecond,
            BootTimeout = over.BootTimeout ?? BootTimeout,
        };
    }
}

/// <summary>Reads settings strictly: a key that nobody knows is an error, and not a wish that is ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    ReadCommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(UpdateSettings))]
internal sealed partial class UpdateSettingsContext : JsonSerializerContext;
