// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Banana.Formats.Storage;

namespace Banana.Formats.Patches;

/// <summary>A piece of the old image that the contents of a group refer to.</summary>
/// <param name="Nid">The inode whose contents it is a piece of; null: the bytes of the image.</param>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PatchReference(ulong? Nid, long Offset, int Length);

/// <summary>The head of a group: what is needed to decode its frame.</summary>
/// <param name="FrameLength">The length of the frame in bytes.</param>
/// <param name="ContentLength">How many bytes it decodes to.</param>
/// <param name="References">What it refers to, one after the other.</param>
internal sealed record PatchGroup(int FrameLength, int ContentLength, IReadOnlyList<PatchReference> References)
{
    private const int HeadLength = 17;
    private const byte Group = 1;
    private const byte End = 0;

    /// <summary>How many bytes its references have together.</summary>
    public int PrefixLength => References.Sum(reference => reference.Length);

    /// <summary>Writes what ends a patch.</summary>
    public static void WriteEnd(Stream patch) => patch.WriteByte(End);

    /// <summary>Reads the head of the next group; null at the end of the patch.</summary>
    public static PatchGroup? Read(Stream patch, string name)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        var kind = patch.ReadByte();
        if (kind == End)
        {
            return patch.ReadByte() < 0 ? null : throw PatchErrors.Corrupt(name, "its end");
        }

        if (kind != Group || patch.ReadAtLeast(head[1..], HeadLength - 1, throwOnEndOfStream: false) < HeadLength - 1)
        {
            throw PatchErrors.Corrupt(name, "the head of a group");
        }

        head[0] = Group;
        var frame = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        var content = BinaryPrimitives.ReadUInt32LittleEndian(head[5..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head[9..]);
        if (frame > PatchFormat.MaximumFrame || content > PatchFormat.MaximumContent || length > PatchFormat.MaximumReferences * 24)
        {
            throw PatchErrors.Corrupt(name, "the size of a group");
        }

        var table = new byte[length];
        if (patch.ReadAtLeast(table, table.Length, throwOnEndOfStream: false) < table.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(head[13..]) != (Checksum.Crc32C(head[..13]) ^ Checksum.Crc32C(table)))
        {
            throw PatchErrors.Corrupt(name, "the checksum of a group");
        }

        return new PatchGroup((int)frame, (int)content, ReadReferences(table, name));
    }

    /// <summary>Writes the head of a group; its frame follows.</summary>
    public void Write(Stream patch)
    {
        var references = new MemoryStream();
        foreach (var reference in References)
        {
            PatchCursor.Write(references, ((ulong)reference.Length << 1) | (reference.Nid is null ? 0u : 1u));
            if (reference.Nid is { } nid)
            {
                PatchCursor.Write(references, nid);
            }

            PatchCursor.Write(references, (ulong)reference.Offset);
        }

        Span<byte> head = stackalloc byte[HeadLength];
        var table = references.GetBuffer().AsSpan(0, (int)references.Length);
        head[0] = Group;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], FrameLength);
        BinaryPrimitives.WriteInt32LittleEndian(head[5..], ContentLength);
        BinaryPrimitives.WriteInt32LittleEndian(head[9..], table.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[13..], Checksum.Crc32C(head[..13]) ^ Checksum.Crc32C(table));
        patch.Write(head);
        patch.Write(table);
    }

    private static List<PatchReference> ReadReferences(ReadOnlySpan<byte> table, string name)
    {
        const string What = "what a group refers to";
        var references = new List<PatchReference>();
        var cursor = new PatchCursor(table, name);
        var left = PatchFormat.MaximumPrefix;
        while (!cursor.AtEnd)
        {
            var first = cursor.Number(((long)left << 1) | 1, What);
            var length = (int)(first >> 1);
            ulong? nid = (first & 1) == 0 ? null : (ulong)cursor.Number(long.MaxValue, What);
            references.Add(new(nid, cursor.Number(PatchFormat.MaximumImage, What), length));
            left -= length;
            if (references.Count > PatchFormat.MaximumReferences)
            {
                throw PatchErrors.Corrupt(name, What);
            }
        }

        return references;
    }
}
