// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;

namespace Banana.Bench.Delta.Report;

/// <summary>Comparisons for programs; bench/README.md describes it.</summary>
internal static class DeltaJson
{
    /// <summary>Everything, as one object.</summary>
    public static string Compose(IReadOnlyList<DeltaComparison> comparisons)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("processors", Environment.ProcessorCount);
            json.WriteStartArray("pairs");
            foreach (var comparison in comparisons)
            {
                Write(json, comparison);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, DeltaComparison comparison)
    {
        json.WriteStartObject();
        json.WriteString("name", comparison.Pair);
        json.WriteString("loadBefore", comparison.LoadBefore);
        json.WriteString("loadAfter", comparison.LoadAfter);
        json.WritePropertyName("contents");
        comparison.Bound.Write(json);
        json.WriteStartArray("ways");
        foreach (var way in comparison.Ways)
        {
            json.WriteStartObject();
            json.WriteString("name", way.Name);
            json.WriteNumber("imageBytes", way.Image);
            json.WriteNumber("fetchedBytes", way.Fetched);
            json.WriteNumber("ofBound", Math.Round((double)way.Fetched / comparison.Bound.Smallest, 3));
            json.WriteNumber("requests", way.Requests);
            json.WritePropertyName("device");
            way.Device.Write(json);
            json.WriteStartArray("publish");
            foreach (var step in way.Publish)
            {
                step.Write(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
