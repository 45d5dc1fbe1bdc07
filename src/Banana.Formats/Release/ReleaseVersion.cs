// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banana.Foundation.Errors;

namespace Banana.Formats.Release;

/// <summary>
/// The version of a release: the day it was made and a counter within that day, written <c>YYYYMMDD.N</c> ("20261121.3").
/// Ordered as two numbers. The text is never compared: as text, "20261121.10" would come before "20261121.9".
/// </summary>
/// <param name="Day">The day as the number YYYYMMDD; a day of the calendar.</param>
/// <param name="Number">The counter within the day, 0 or more.</param>
[JsonConverter(typeof(ReleaseVersionJsonConverter))]
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReleaseVersion(int Day, int Number) : IComparable<ReleaseVersion>
{
    /// <summary>Reads a version. Only the one canonical spelling is taken: no spaces, signs or leading zeros in the counter.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ReleaseVersion version)
    {
        version = default;
        if (text is null || text.IndexOf('.') != 8
            || !DateOnly.TryParseExact(text.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !int.TryParse(text.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        version = new((day.Year * 10000) + (day.Month * 100) + day.Day, number);
        return version.ToString() == text;
    }

    /// <summary>Reads a version.</summary>
    /// <exception cref="BananaException">The text is no version.</exception>
    public static ReleaseVersion Parse(string text) => TryParse(text, out var version)
        ? version
        : throw new BananaException(ExitCode.BadInput, $"'{text}' is not a version", next: "write it as YYYYMMDD.N, for example 20261121.1");

    /// <summary>Whether the left one is the older.</summary>
    public static bool operator <(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is the newer.</summary>
    public static bool operator >(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is the older or both are the same.</summary>
    public static bool operator <=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is the newer or both are the same.</summary>
    public static bool operator >=(ReleaseVersion left, ReleaseVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(ReleaseVersion other) => Day != other.Day ? Day.CompareTo(other.Day) : Number.CompareTo(other.Number);

    /// <summary>The canonical spelling.</summary>
    public override string ToString() => $"{Day:00000000}.{Number}";
}

/// <summary>Writes a version as its text.</summary>
public sealed class ReleaseVersionJsonConverter : JsonConverter<ReleaseVersion>
{
    /// <inheritdoc/>
    public override ReleaseVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ReleaseVersion.TryParse(reader.GetString(), out var version)
            ? version
            : throw new JsonException("a version is written as YYYYMMDD.N, for example \"20261121.1\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReleaseVersion value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
