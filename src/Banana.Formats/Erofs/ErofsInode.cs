// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;

namespace Banana.Formats.Erofs;

/// <summary>The type of a file (the upper bits of st_mode).</summary>
public enum ErofsFileType
{
    /// <summary>A named pipe.</summary>
    Fifo = 0x1000,

    /// <summary>A character device.</summary>
    CharacterDevice = 0x2000,

    /// <summary>A directory.</summary>
    Directory = 0x4000,

    /// <summary>A block device.</summary>
    BlockDevice = 0x6000,

    /// <summary>A regular file.</summary>
    Regular = 0x8000,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 0xA000,

    /// <summary>A socket.</summary>
    Socket = 0xC000,
}

/// <summary>A file of an erofs image. Names that are hard links of each other have the same <see cref="Nid"/>.</summary>
public sealed class ErofsInode
{
    private ErofsInode(ulong nid, long position, ReadOnlySpan<byte> raw, ErofsSuperblock superblock)
    {
        var format = BinaryPrimitives.ReadUInt16LittleEndian(raw);
        var attributes = BinaryPrimitives.ReadUInt16LittleEndian(raw[2..]);
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(raw[4..]);
        var upper = BinaryPrimitives.ReadUInt16LittleEndian(raw[6..]); // i_nb: link count, or the upper bits of the block
        Nid = nid;
        Position = position;
        Layout = (ErofsLayout)((format >> 1) & 7);
        Type = (ErofsFileType)(mode & 0xF000);
        Permissions = mode & 0xFFF;
        XattrSize = attributes == 0 ? 0 : 12 + ((attributes - 1) * 4);
        ulong nullBlock;
        if ((format & 1) != 0)
        {
            HeaderSize = ErofsFormat.ExtendedInodeSize;
            Size = BinaryPrimitives.ReadInt64LittleEndian(raw[8..]);
            Union = BinaryPrimitives.ReadUInt32LittleEndian(raw[16..]);
            Owner = BinaryPrimitives.ReadUInt32LittleEndian(raw[24..]);
            Group = BinaryPrimitives.ReadUInt32LittleEndian(raw[28..]);
            ModifiedSeconds = BinaryPrimitives.ReadInt64LittleEndian(raw[32..]);
            ModifiedNanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(raw[40..]);
            LinkCount = BinaryPrimitives.ReadUInt32LittleEndian(raw[44..]);
            nullBlock = (1UL << 48) - 1;
        }
        else
        {
            HeaderSize = ErofsFormat.CompactInodeSize;
            Size = BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]);
            ModifiedSeconds = superblock.Epoch + BinaryPrimitives.ReadUInt32LittleEndian(raw[12..]);
            ModifiedNanoseconds = superblock.FixedNanoseconds;
            Union = BinaryPrimitives.ReadUInt32LittleEndian(raw[16..]);
            Owner = BinaryPrimitives.ReadUInt16LittleEndian(raw[24..]);
            Group = BinaryPrimitives.ReadUInt16LittleEndian(raw[26..]);

            // Bit 4 says "one link" and frees the field for the block number (files), or "no '.' entry" (directories).
            var oneLink = Type != ErofsFileType.Directory && (format & 0x10) != 0;
            LinkCount = oneLink ? 1u : upper;
            upper = oneLink ? upper : (ushort)0;
            nullBlock = oneLink ? (1UL << 48) - 1 : uint.MaxValue;
        }

        // Blocks beyond 2^32 exist in the 48-bit layout only; before it, the field meant nothing there.
        var block = Union | ((ulong)upper << 32);
        StartBlock = Layout == ErofsLayout.FlatPlain && ((block ^ nullBlock) & nullBlock) == 0 ? null : (long)block;
    }

    /// <summary>The number of the inode within its image.</summary>
    public ulong Nid { get; }

    /// <summary>The type.</summary>
    public ErofsFileType Type { get; }

    /// <summary>The permission bits with set-user-id, set-group-id and sticky (the lower 12 bits of st_mode).</summary>
    public int Permissions { get; }

    /// <summary>The user id.</summary>
    public uint Owner { get; }

    /// <summary>The group id.</summary>
    public uint Group { get; }

    /// <summary>The size of the contents in bytes (of the target for a symbolic link).</summary>
    public long Size { get; }

    /// <summary>When the contents were changed, in seconds since 1970.</summary>
    public long ModifiedSeconds { get; }

    /// <summary>The nanoseconds beside the seconds.</summary>
    public uint ModifiedNanoseconds { get; }

    /// <summary>How many names the file has.</summary>
    public uint LinkCount { get; }

    /// <summary>The major number of a device.</summary>
    public int DeviceMajor => IsDevice ? (int)((Union >> 8) & 0xFFF) : 0;

    /// <summary>The minor number of a device.</summary>
    public int DeviceMinor => IsDevice ? (int)((Union & 0xFF) | ((Union >> 12) & 0xFFF00)) : 0;

    /// <summary>Whether the file has contents of its own: a regular file, a directory or a symbolic link.</summary>
    internal bool HasData => Type is ErofsFileType.Regular or ErofsFileType.Directory or ErofsFileType.SymbolicLink;

    internal bool InMetabox => (Nid & ErofsFormat.MetaboxNid) != 0;

    /// <summary>Where the inode is, in the image or in the metabox.</summary>
    internal long Position { get; }

    internal int HeaderSize { get; }

    internal int XattrSize { get; }

    /// <summary>Where what follows the inode and its attributes is: inline data or indexes.</summary>
    internal long BodyPosition => Position + HeaderSize + XattrSize;

    internal ErofsLayout Layout { get; }

    /// <summary>The field i_u, whose meaning depends on the type and layout.</summary>
    internal uint Union { get; }

    /// <summary>Where flat data starts; null when the file is one hole.</summary>
    internal long? StartBlock { get; }

    private bool IsDevice => Type is ErofsFileType.CharacterDevice or ErofsFileType.BlockDevice;

    /// <summary>Reads an inode and checks all that can be checked without its data.</summary>
    internal static ErofsInode Read(ErofsImage image, ulong nid)
    {
        var superblock = image.Superblock;
        var metabox = (nid & ErofsFormat.MetaboxNid) != 0;
        var source = image.MetadataOf(metabox);
        var slot = nid & ~ErofsFormat.MetaboxNid;
        var start = metabox ? 0 : (long)superblock.MetadataBlock << superblock.BlockBits;

        // Refused before the shift: a nid has 63 bits.
        if (slot > (ulong)long.MaxValue >> (ErofsFormat.InodeSlotBits + 1))
        {
            throw image.Corrupt($"inode {slot} cannot exist");
        }

        var position = start + ((long)slot << ErofsFormat.InodeSlotBits);
        Span<byte> raw = stackalloc byte[ErofsFormat.ExtendedInodeSize];
        source.Read(position, raw[..ErofsFormat.CompactInodeSize]);
        var format = BinaryPrimitives.ReadUInt16LittleEndian(raw);
        if ((format & ~0x1F) != 0 || ((format >> 1) & 7) > (int)ErofsLayout.ChunkBased)
        {
            throw image.Corrupt($"inode {nid} has the unknown format 0x{format:x}");
        }

        if ((format & 1) != 0)
        {
            source.Read(position, raw);
        }

        var inode = new ErofsInode(nid, position, raw, superblock);
        inode.Check(image);
        return inode;
    }

    private void Check(ErofsImage image)
    {
        if (!Enum.IsDefined(Type))
        {
            throw image.Corrupt($"inode {Nid} has the unknown type 0x{(int)Type:x}");
        }

        if (Size is < 0 or > ErofsFormat.MaximumFileSize)
        {
            throw image.Corrupt($"inode {Nid} has the impossible size {Size}");
        }

        if (Type == ErofsFileType.SymbolicLink && Size is 0 or >= ErofsFormat.MaximumPath)
        {
            throw image.Corrupt($"the symbolic link of inode {Nid} has a target of {Size} bytes");
        }
    }
}
