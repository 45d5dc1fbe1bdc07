// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using System.Text.Json;
using Banana.Bench.Peers;

namespace Banana.Bench.Build;

/// <summary>A comparison for programs; bench/README.md describes it.</summary>
internal static class ComparisonJson
{
    /// <summary>Everything, as one object.</summary>
    public static string Compose(BuildComparison comparison)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("runs", comparison.Runs);
            json.WriteNumber("processors", Environment.ProcessorCount);
            json.WriteString("loadBefore", comparison.LoadBefore);
            json.WriteString("loadAfter", comparison.LoadAfter);
            Write(json, "ours", comparison.Ours);
            Write(json, "peer", comparison.Peer);
            json.WriteStartArray("goals");
            foreach (var goal in comparison.Goals)
            {
                json.WriteStartObject();
                json.WriteString("name", goal.Name);
                json.WriteNumber("ratio", Math.Round(goal.Ratio, 4));
                json.WriteNumber("most", goal.Most);
                json.WriteBoolean("met", goal.IsMet);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            Write(json, "buildSteps", comparison.BuildSteps);
            Write(json, "incrementalSteps", comparison.IncrementalSteps);
            json.WriteStartArray("caveats");
            foreach (var caveat in BuildComparison.Caveats)
            {
                json.WriteStringValue(caveat);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, Contender contender)
    {
        json.WriteStartObject(name);
        json.WriteString("name", contender.Name);
        json.WritePropertyName("build");
        contender.Build.Write(json);
        json.WritePropertyName("incremental");
        contender.Incremental.Write(json);
        json.WriteStartObject("image");
        json.WriteNumber("packages", contender.Image.Packages);
        json.WriteNumber("usrBytes", contender.Image.Usr);
        json.WriteNumber("verityBytes", contender.Image.Verity);
        json.WriteNumber("ukiBytes", contender.Image.Uki);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<OurStep> steps)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteNumber("seconds", step.Seconds);
            json.WriteBoolean("cached", step.Cached);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
