// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Forge.Build;

namespace Banana.Cli.Build;

/// <summary>What a build came to, for programs; specified in <c>docs/formats.md</c>.</summary>
internal static class BuildJson
{
    /// <summary>The folder, the manifest as it is on disk, and the steps.</summary>
    public static string Compose(BuildResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("folder", result.Folder);
            json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
            json.WritePropertyName("manifest");
            json.WriteRawValue(result.Manifest.ToJson());
            json.WriteStartArray("steps");
            foreach (var step in result.Steps)
            {
                json.WriteStartObject();
                json.WriteString("name", step.Name);
                json.WriteNumber("seconds", Math.Round(step.Seconds, 3));
                json.WriteBoolean("cached", step.Cached);
                json.WriteString("result", step.Result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
