// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text.Json;

namespace Banana.Tuf.Json;

/// <summary>Reads the fields of metadata strictly, and names the one that is wrong.</summary>
internal static class JsonFields
{
    /// <summary>No field twice, since two readers could take different ones; nothing after the value; bounded nesting.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    public static readonly IReadOnlyDictionary<string, JsonElement> None = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>Parses, and turns every way in which the bytes can be wrong into one kind of error.</summary>
    public static T Parse<T>(ReadOnlyMemory<byte> json, string where, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            // InvalidOperationException: a string that is not UTF-8, or half a surrogate pair.
            throw new TufException(TufFailure.Malformed, $"{where} is not well-formed JSON", error);
        }
    }

    public static JsonElement Object(JsonElement parent, string name) => Field(parent, name, JsonValueKind.Object);

    public static JsonElement Array(JsonElement parent, string name) => Field(parent, name, JsonValueKind.Array);

    public static string String(JsonElement parent, string name) => Field(parent, name, JsonValueKind.String).GetString()!;

    /// <summary>A whole number from 1 (versions, thresholds).</summary>
    public static long Positive(JsonElement parent, string name) =>
        Field(parent, name, JsonValueKind.Number).TryGetInt64(out var value) && value >= 1 ? value : throw Wrong(name, "a whole number from 1");

    /// <summary>A whole number from 0 (lengths).</summary>
    public static long Length(JsonElement parent, string name) =>
        Field(parent, name, JsonValueKind.Number).TryGetInt64(out var value) && value >= 0 ? value : throw Wrong(name, "a whole number from 0");

    public static bool Boolean(JsonElement parent, string name)
    {
        var value = Field(parent, name);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(name, "true or false");
    }

    /// <summary>A time as the specification writes it: <c>2030-01-01T00:00:00Z</c>.</summary>
    public static DateTimeOffset Time(JsonElement parent, string name) =>
        TryTime(String(parent, name)) ?? throw Wrong(name, "a time like 2030-01-01T00:00:00Z");

    public static DateTimeOffset? TryTime(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static List<string> Strings(JsonElement parent, string name)
    {
        List<string> values = [];
        foreach (var item in Array(parent, name).EnumerateArray())
        {
            values.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "a list of strings"));
        }

        return values;
    }

    public static bool Has(JsonElement parent, string name) => parent.TryGetProperty(name, out _);

    /// <summary>The fields that we do not know: they are kept, because they are signed.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Unknown(JsonElement parent, params ReadOnlySpan<string> known)
    {
        Dictionary<string, JsonElement>? unknown = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                (unknown ??= new(StringComparer.Ordinal))[member.Name] = member.Value.Clone();
            }
        }

        return unknown ?? None;
    }

    public static TufException Wrong(string name, string expected) => new(TufFailure.Malformed, $"the field \"{name}\" is not {expected}");

    private static JsonElement Field(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : throw new TufException(TufFailure.Malformed, $"the field \"{name}\" is missing");

    private static JsonElement Field(JsonElement parent, string name, JsonValueKind kind)
    {
        var value = Field(parent, name);
        return value.ValueKind == kind ? value : throw Wrong(name, kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a string",
            _ => "a number",
        });
    }
}
