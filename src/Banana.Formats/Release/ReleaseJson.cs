// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Banana.Foundation.Errors;

namespace Banana.Formats.Release;

/// <summary>The strict, canonical JSON of a release: declared order, two spaces, LF, a final newline; unknown and repeated keys are refused.</summary>
internal static class ReleaseJson
{
    // A package list of 10,000 packages has about 3 MB; this bounds what a hostile file makes us keep in memory.
    private const long MaximumSize = 64 << 20;

    /// <summary>What all files are read and written with. Relaxed escaping: versions have a '+', which is nothing to hide in a file.</summary>
    public static ReleaseJsonContext Canonical { get; } = new(new JsonSerializerOptions(ReleaseJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Reads a file of a sane size.</summary>
    public static byte[] ReadFile(string path)
    {
        var file = new FileInfo(path);
        Require(file.Exists, path, "there is no such file");
        Require(file.Length <= MaximumSize, path, $"the file is too large ({file.Length} bytes)");
        return File.ReadAllBytes(path);
    }

    /// <summary>Reads an object, its format number first, so that a newer file gets the answer "newer" and not "unknown key".</summary>
    public static T Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, int currentFormat, string where)
        where T : class
    {
        try
        {
            var format = FormatOf(json);
            Require(format is not null, where, "the number 'format' is missing at the top level");
            if (format > currentFormat)
            {
                throw new BananaException(ExitCode.NewerFormat, $"the file has format {format}; this banana knows formats up to {currentFormat}", where, "update banana and try again");
            }

            Require(format > 0, where, $"format {format} does not exist");
            return JsonSerializer.Deserialize(json, type) ?? throw Bad(where, "the file holds nothing");
        }
        catch (JsonException error)
        {
            var place = error.LineNumber is { } line ? $"{where}:{line + 1}" : where;
            throw new BananaException(ExitCode.BadInput, Explain(error), place, "write it as docs/formats.md says", error);
        }
        catch (InvalidOperationException error)
        {
            // What the library says to a key or text with half of a surrogate pair ("\ud800").
            throw new BananaException(ExitCode.BadInput, "a key or text is not Unicode", where, "write it as docs/formats.md says", error);
        }
    }

    /// <summary>The canonical bytes.</summary>
    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    /// <summary>Throws that a file is malformed unless a condition holds.</summary>
    public static void Require([DoesNotReturnIf(false)] bool condition, string where, string what)
    {
        if (!condition)
        {
            throw Bad(where, what);
        }
    }

    private static BananaException Bad(string where, string what) => new(ExitCode.BadInput, what, where);

    private static int? FormatOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("format"u8);
            reader.Read();
            if (found)
            {
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var format) ? format : null;
            }

            reader.Skip();
        }

        return null;
    }

    // The library's text goes "<what> Path: $.x | LineNumber: 1 | BytePositionInLine: 2."; the line is in our own place already.
    private static string Explain(JsonException error)
    {
        var text = error.Message;
        var end = text.IndexOf(" Path: ", StringComparison.Ordinal);
        end = end < 0 ? text.IndexOf(" LineNumber: ", StringComparison.Ordinal) : end;
        var what = (end < 0 ? text : text[..end]).TrimEnd('.', ' ', '|').Replace("Banana.Formats.Release.", string.Empty, StringComparison.Ordinal);
        return error.Path is null or "$" ? what : $"{error.Path}: {what}";
    }
}

/// <summary>The generated code of the release's JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    WriteIndented = true,
    IndentSize = 2,
    NewLine = "\n")]
[JsonSerializable(typeof(ReleaseManifest))]
[JsonSerializable(typeof(PackageList))]
[JsonSerializable(typeof(ReleaseDelivery))]
internal sealed partial class ReleaseJsonContext : JsonSerializerContext;
