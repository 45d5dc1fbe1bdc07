// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Device.Reports;
using Banana.Formats.Release;

namespace Banana.Daemon.Sysupdate;

/// <summary>
/// A version as <c>Target.Describe()</c> tells it. The flags are those of sysupdate's table and only in combinations that are in it:
/// <c>updatectl</c> aborts at any other (update_set_flags_to_string).
/// </summary>
internal sealed record VersionDescription
{
    /// <summary>The version.</summary>
    public required ReleaseVersion Version { get; init; }

    /// <summary>Whether it is the newest of all that are installed or available.</summary>
    public required bool IsNewest { get; init; }

    /// <summary>Whether the repository has it.</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>Its slot; null: it is not installed.</summary>
    public SlotStatus? Slot { get; init; }

    /// <summary>What it is made of; null: not known.</summary>
    public ReleaseManifest? Manifest { get; init; }

    /// <summary>Where its changes are described; null: nowhere.</summary>
    public string? Changes { get; init; }

    /// <summary>Whether it waits for a restart. Only the newest can, by the table; another one that waits is simply installed.</summary>
    public bool IsPending => IsNewest && Slot?.State == SlotState.Staged;

    /// <summary>The document, in both spellings of the key that was renamed (systemd 257 and 262).</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", Version.ToString());
            json.WriteBoolean("newest", IsNewest);
            json.WriteBoolean("available", IsAvailable);
            json.WriteBoolean("installed", Slot is not null);
            json.WriteBoolean("partial", false);
            json.WriteBoolean("pending", IsPending);
            json.WriteBoolean("obsolete", false);
            json.WriteBoolean("protected", Slot?.State == SlotState.Running);
            json.WriteBoolean("incomplete", false);
            WriteLinks(json, "changelogUrls");
            WriteLinks(json, "changelog_urls");
            WriteContents(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void WriteLinks(Utf8JsonWriter json, string key)
    {
        json.WriteStartArray(key);
        if (Changes is { } changes)
        {
            json.WriteStringValue(changes);
        }

        json.WriteEndArray();
    }

    // A table to updatectl: the same keys in each row, and plain values.
    private void WriteContents(Utf8JsonWriter json)
    {
        json.WriteStartArray("contents");
        foreach (var part in Manifest?.Parts ?? [])
        {
            json.WriteStartObject();
            json.WriteString("type", part.Role is PartRole.Usr or PartRole.UsrVerity ? "partition" : "regular-file");
            json.WriteString("path", part.File);
            json.WriteNumber("size", part.Size);
            json.WriteString("sha256", part.Sha256);
            json.WriteEndObject();
        }

        if (Manifest is null && Slot is { Entry: { } entry } slot)
        {
            json.WriteStartObject();
            json.WriteString("type", "slot");
            json.WriteNumber("number", slot.Number);
            json.WriteString("path", entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
