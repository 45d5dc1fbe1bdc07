// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Banana.Tuf.Json;

/// <summary>
/// Canonical JSON as TUF signs it (specification 4.2, "canonical JSON" of OLPC): keys sorted, no white space, whole numbers only,
/// and in strings only <c>\</c> and <c>"</c> escaped.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical bytes of a value.</summary>
    /// <exception cref="TufException">The value has a number that is not whole: canonical JSON has none.</exception>
    public static byte[] Encode(JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Canonical bytes as JSON that every reader takes: canonical JSON leaves line feeds and other control characters in strings (keys in PEM
    /// have them), which JSON forbids. They stand in strings only, so each is escaped where it is.
    /// </summary>
    public static byte[] ToJson(ReadOnlySpan<byte> canonical)
    {
        var output = new ArrayBufferWriter<byte>(canonical.Length);
        while (canonical.IndexOfAnyInRange((byte)0, (byte)0x1f) is >= 0 and var at)
        {
            output.Write(canonical[..at]);
            output.Write(Encoding.ASCII.GetBytes($"\\u{canonical[at]:x4}"));
            canonical = canonical[(at + 1)..];
        }

        output.Write(canonical);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value);
                break;
            case JsonValueKind.Array:
                output.Write("["u8);
                var first = true;
                foreach (var item in value.EnumerateArray())
                {
                    Separate(output, ref first);
                    Write(output, item);
                }

                output.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteString(output, Encoding.UTF8.GetBytes(value.GetString()!));
                break;
            case JsonValueKind.Number:
                WriteNumber(output, value.GetRawText());
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new TufException(TufFailure.Malformed, "a value of JSON is missing");
        }
    }

    private static void WriteObject(ArrayBufferWriter<byte> output, JsonElement value)
    {
        List<(byte[] Name, JsonElement Value)> members = [];
        foreach (var member in value.EnumerateObject())
        {
            members.Add((Encoding.UTF8.GetBytes(member.Name), member.Value));
        }

        // By code point, which is the order of UTF-8 bytes but not that of UTF-16 strings.
        members.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        output.Write("{"u8);
        var first = true;
        foreach (var (name, item) in members)
        {
            Separate(output, ref first);
            WriteString(output, name);
            output.Write(":"u8);
            Write(output, item);
        }

        output.Write("}"u8);
    }

    private static void Separate(ArrayBufferWriter<byte> output, ref bool first)
    {
        if (!first)
        {
            output.Write(","u8);
        }

        first = false;
    }

    private static void WriteString(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write("\""u8);
        while (text.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var at)
        {
            output.Write(text[..at]);
            output.Write("\\"u8);
            output.Write(text.Slice(at, 1));
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> output, string text)
    {
        if (text.AsSpan(text[0] == '-' ? 1 : 0).ContainsAnyExceptInRange('0', '9'))
        {
            throw new TufException(TufFailure.Malformed, $"the number {(text.Length > 40 ? text[..40] : text)} is not whole: canonical JSON has whole numbers only");
        }

        output.Write(Encoding.ASCII.GetBytes(text == "-0" ? "0" : text));
    }
}
