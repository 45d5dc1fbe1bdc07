// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json.Serialization;

namespace Banana.Daemon.FirstBoot;

/// <summary>What the dialogue offers.</summary>
internal sealed record FirstBootChoices
{
    /// <summary>Whether there is nobody who could log in.</summary>
    public required bool IsNeeded { get; init; }

    /// <summary>The language that is set (locale(7), "de_DE.UTF-8").</summary>
    public required string Language { get; init; }

    /// <summary>The languages that the desktop is translated into, by the names of their catalogs ("de", "pt_BR"); English is among them.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>The layout that is set.</summary>
    public required string Keyboard { get; init; }

    /// <summary>The layouts that there are.</summary>
    public required IReadOnlyList<KeyboardLayout> Keyboards { get; init; }

    /// <summary>The time zone that is set ("Europe/Berlin").</summary>
    public required string TimeZone { get; init; }

    /// <summary>The time zones that there are.</summary>
    public required IReadOnlyList<string> TimeZones { get; init; }
}

/// <summary>Writes choices without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FirstBootChoices))]
internal sealed partial class FirstBootJson : JsonSerializerContext;
