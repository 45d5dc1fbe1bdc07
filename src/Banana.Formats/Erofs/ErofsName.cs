// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers;
using System.Text;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs;

/// <summary>
/// Names of files as text. Linux allows any bytes but zero and '/'; a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte
/// (Python's "surrogateescape", PEP 383), so that two different names stay different and each can be turned back.
/// </summary>
public static class ErofsName
{
    /// <summary>Bytes as text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                for (var i = 0; i < used; i++)
                {
                    text.Append((char)(0xDC00 + bytes[i]));
                }
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Text as bytes: the reverse of <see cref="Decode"/>.</summary>
    public static byte[] Encode(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(text.Length + 8);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) == OperationStatus.Done)
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            }
            else if (rest[0] is >= '\uDC80' and <= '\uDCFF')
            {
                bytes.GetSpan(1)[0] = (byte)(rest[0] - 0xDC00);
                bytes.Advance(1);
                used = 1;
            }
            else
            {
                throw new BananaException(ExitCode.BadInput, "a path has a character that no file name can have", Display(text));
            }

            rest = rest[used..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>A name as it may be shown: bytes that are not UTF-8, and control characters, are written as <c>\xNN</c>.</summary>
    public static string Display(string name)
    {
        if (!name.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
        {
            return name;
        }

        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]))
            {
                text.Append(name, i++, 2);
            }
            else if (char.IsControl(name[i]) || char.IsSurrogate(name[i]))
            {
                text.Append($"\\x{(int)name[i] & 0xff:x2}");
            }
            else
            {
                text.Append(name[i]);
            }
        }

        return text.ToString();
    }
}
