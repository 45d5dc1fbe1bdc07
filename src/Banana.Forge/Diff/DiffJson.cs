// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banana.Forge.Diff;

/// <summary>Writes a comparison as JSON.</summary>
public static class DiffJson
{
    private static readonly DiffJsonContext Context = new(new JsonSerializerOptions(DiffJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The text, without a final newline.</summary>
    public static string Write(ReleaseDiff diff) => JsonSerializer.Serialize(diff, Context.ReleaseDiff);
}

/// <summary>The generated code of the JSON of a comparison.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IndentSize = 2, NewLine = "\n", Converters = [typeof(ChangeKindJsonConverter)])]
[JsonSerializable(typeof(ReleaseDiff))]
internal sealed partial class DiffJsonContext : JsonSerializerContext;

/// <summary>Writes a change as "added", "removed" or "changed".</summary>
internal sealed class ChangeKindJsonConverter() : JsonStringEnumConverter<ChangeKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
