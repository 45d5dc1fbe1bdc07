// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs;

/// <summary>An extended attribute of a file.</summary>
/// <param name="Name">The full name ("security.capability").</param>
/// <param name="Value">The value.</param>
public sealed record ErofsXattr(string Name, byte[] Value);

/// <summary>
/// Reads extended attributes. After the inode: a header of 12 bytes, the numbers of attributes that are shared with other inodes,
/// then the inode's own. An attribute is name length, name index, value length, name, value, rounded up to 4 bytes.
/// </summary>
internal static class ErofsXattrs
{
    private const int HeaderSize = 12;
    private const int EntrySize = 4;
    private const byte LongPrefix = 0x80;

    // By e_name_index; null: an index that Linux does not show to anyone.
    private static readonly string?[] Prefixes = [null, "user.", "system.posix_acl_access", "system.posix_acl_default", "trusted.", null, "security."];

    /// <summary>A prefix of names that the image defines: a built-in prefix and more text.</summary>
    /// <param name="Base">The index of the built-in prefix.</param>
    /// <param name="Infix">The text after it.</param>
    public sealed record Prefix(byte Base, string Infix);

    /// <summary>The attributes of a file, sorted by name.</summary>
    public static IReadOnlyList<ErofsXattr> Read(ErofsImage image, ErofsInode inode)
    {
        if (inode.XattrSize == 0)
        {
            return [];
        }

        var body = new byte[inode.XattrSize];
        image.MetadataOf(inode.InMetabox).Read(inode.Position + inode.HeaderSize, body);
        int shared = body[4];
        var position = HeaderSize + (shared * 4);
        if (position > body.Length)
        {
            throw Bad(image, inode);
        }

        List<ErofsXattr> all = [];
        for (var i = 0; i < shared; i++)
        {
            Add(all, image, inode, ReadShared(image, BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(HeaderSize + (i * 4)))));
        }

        while (position < body.Length)
        {
            var length = body.Length - position < EntrySize ? int.MaxValue : LengthOf(body.AsSpan(position));
            if (length > body.Length - position)
            {
                throw Bad(image, inode);
            }

            Add(all, image, inode, body.AsSpan(position, length));
            position += (length + 3) & ~3;
        }

        all.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return all;
    }

    /// <summary>Reads the table of prefixes: entries of a length (16 bits), the index of a built-in prefix, and text, each at a multiple of 4 bytes.</summary>
    public static IReadOnlyList<Prefix> ReadPrefixes(ErofsImage image)
    {
        var superblock = image.Superblock;
        var count = superblock.Has(RequiredFeatures.XattrPrefixes) ? superblock.XattrPrefixCount : 0;
        List<Prefix> prefixes = [];
        if (count == 0)
        {
            return prefixes;
        }

        // The table lies in the metabox, else in the packed file, else in the image itself.
        var nid = superblock.Has(CompatibleFeatures.PlainXattrPrefixes) ? 0 : superblock.MetaboxNid != 0 ? superblock.MetaboxNid : superblock.PackedNid;
        using var file = nid == 0 ? null : new Data.InodeSource(image, image.ReadSpecialFile(nid));
        ByteSource source = file is null ? image.Source : file;
        var position = (long)superblock.XattrPrefixStart * 4;
        Span<byte> buffer = stackalloc byte[1 + ErofsFormat.MaximumNameLength];
        for (var i = 0; i < count; i++)
        {
            position = (position + 3) & ~3L;
            source.Read(position, buffer[..2]);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(buffer);
            if (length < 1 || length > buffer.Length)
            {
                throw image.Corrupt($"the attribute prefix {i} has {length} bytes");
            }

            source.Read(position + 2, buffer[..length]);
            prefixes.Add(new(buffer[0], ErofsName.Decode(buffer[1..length])));
            position += 2 + length;
        }

        return prefixes;
    }

    private static byte[] ReadShared(ErofsImage image, uint id)
    {
        var superblock = image.Superblock;
        var source = image.MetadataOf(superblock.Has(CompatibleFeatures.SharedXattrsInMetabox));
        var position = ((long)superblock.SharedXattrBlock << superblock.BlockBits) + ((long)id * 4);
        Span<byte> head = stackalloc byte[EntrySize];
        source.Read(position, head);
        var entry = new byte[LengthOf(head)];
        source.Read(position, entry);
        return entry;
    }

    private static int LengthOf(ReadOnlySpan<byte> entry) => EntrySize + entry[0] + BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);

    private static void Add(List<ErofsXattr> all, ErofsImage image, ErofsInode inode, ReadOnlySpan<byte> entry)
    {
        int index = entry[1];
        var infix = string.Empty;
        if ((index & LongPrefix) != 0)
        {
            if ((index & ~LongPrefix) >= image.XattrPrefixes.Count)
            {
                throw Bad(image, inode);
            }

            (index, infix) = image.XattrPrefixes[index & ~LongPrefix] is var prefix ? (prefix.Base, prefix.Infix) : default;
        }

        // Index 0 is padding, or an attribute that mkfs.erofs keeps for itself.
        if (index < Prefixes.Length && Prefixes[index] is { } start)
        {
            var name = entry.Slice(EntrySize, entry[0]);
            all.Add(new(start + infix + ErofsName.Decode(name), entry[(EntrySize + name.Length)..].ToArray()));
        }
    }

    private static BananaException Bad(ErofsImage image, ErofsInode inode) => image.Corrupt($"the attributes of inode {inode.Nid} cannot be read");
}
