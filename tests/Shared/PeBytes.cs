// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using System.Text;

namespace Banana.Tests.Shared;

/// <summary>The least that is a PE file: DOS header, COFF header with an optional header of 16 bytes, sections in pieces of 512 bytes.</summary>
internal static class PeBytes
{
    private const int Header = 0x80;
    private const int Alignment = 512;

    /// <summary>Makes one.</summary>
    public static byte[] Make(params IReadOnlyList<(string Name, byte[] Content)> sections)
    {
        var table = Header + 24 + 16;
        var head = new byte[1024];
        "MZ"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(60), Header);
        "PE\0\0"u8.CopyTo(head.AsSpan(Header));
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(Header + 6), (ushort)sections.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(Header + 20), 16);
        using var file = new MemoryStream();
        file.SetLength(head.Length);
        file.Position = head.Length;
        foreach (var (name, content) in sections)
        {
            var raw = (content.Length + Alignment - 1) / Alignment * Alignment;
            var entry = head.AsSpan(table);
            Encoding.ASCII.GetBytes(name, entry);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)content.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], (uint)raw);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], (uint)file.Position);
            file.Write(content);
            file.Write(new byte[raw - content.Length]);
            table += 40;
        }

        file.Position = 0;
        file.Write(head);
        return file.ToArray();
    }
}
