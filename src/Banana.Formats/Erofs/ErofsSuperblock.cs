// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Numerics;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Erofs;

/// <summary>The superblock of an erofs image: 128 bytes at offset 1024, and extensions.</summary>
public sealed class ErofsSuperblock
{
    private ErofsSuperblock(ReadOnlySpan<byte> raw)
    {
        Compatible = (CompatibleFeatures)BinaryPrimitives.ReadUInt32LittleEndian(raw[8..]);
        Required = (RequiredFeatures)BinaryPrimitives.ReadUInt32LittleEndian(raw[80..]);
        BlockBits = raw[12];
        InodeCount = BinaryPrimitives.ReadUInt64LittleEndian(raw[16..]);
        Epoch = BinaryPrimitives.ReadInt64LittleEndian(raw[24..]);
        FixedNanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(raw[32..]);
        Blocks = BinaryPrimitives.ReadUInt32LittleEndian(raw[36..]);
        MetadataBlock = BinaryPrimitives.ReadInt32LittleEndian(raw[40..]);
        SharedXattrBlock = BinaryPrimitives.ReadUInt32LittleEndian(raw[44..]);
        Uuid = new Guid(raw.Slice(48, 16), bigEndian: true);
        Algorithms = BinaryPrimitives.ReadUInt16LittleEndian(raw[84..]);
        ExtraDevices = BinaryPrimitives.ReadUInt16LittleEndian(raw[86..]);
        XattrPrefixCount = raw[91];
        XattrPrefixStart = BinaryPrimitives.ReadUInt32LittleEndian(raw[92..]);
        PackedNid = BinaryPrimitives.ReadUInt64LittleEndian(raw[96..]);
        BuildTime = Epoch + BinaryPrimitives.ReadUInt32LittleEndian(raw[108..]);
        RootNid = BinaryPrimitives.ReadUInt16LittleEndian(raw[14..]);
        var wideRoot = BinaryPrimitives.ReadUInt64LittleEndian(raw[112..]);
        if (Has(RequiredFeatures.Wide) && wideRoot != 0)
        {
            Blocks |= (long)RootNid << 32;
            RootNid = wideRoot;
        }
    }

    /// <summary>The block size in bytes.</summary>
    public int BlockSize => 1 << BlockBits;

    /// <summary>The size of the file system in blocks.</summary>
    public long Blocks { get; }

    /// <summary>The size of the file system in bytes.</summary>
    public long Size => Blocks << BlockBits;

    /// <summary>How many inodes there are.</summary>
    public ulong InodeCount { get; }

    /// <summary>The identifier of the file system.</summary>
    public Guid Uuid { get; }

    /// <summary>When it was made, in seconds since 1970.</summary>
    public long BuildTime { get; }

    internal CompatibleFeatures Compatible { get; }

    internal RequiredFeatures Required { get; }

    internal int BlockBits { get; }

    /// <summary>What the times of compact inodes are counted from.</summary>
    internal long Epoch { get; }

    internal uint FixedNanoseconds { get; }

    /// <summary>Where inode 0 is. Negative when the metadata lies behind a place that nids cannot name otherwise.</summary>
    internal int MetadataBlock { get; }

    internal uint SharedXattrBlock { get; }

    /// <summary>Bits of the compression algorithms that clusters may use.</summary>
    internal ushort Algorithms { get; private set; }

    internal ushort ExtraDevices { get; }

    internal byte XattrPrefixCount { get; }

    /// <summary>Where the table of name prefixes is, in units of 4 bytes.</summary>
    internal uint XattrPrefixStart { get; }

    internal ulong PackedNid { get; }

    internal ulong MetaboxNid { get; private set; }

    internal ulong RootNid { get; }

    /// <summary>Reads and checks the superblock.</summary>
    /// <exception cref="BananaException">This is no erofs image, or one that is damaged or needs features that this reader does not know.</exception>
    public static ErofsSuperblock Read(ByteSource source)
    {
        if (source.Length == 0)
        {
            throw Bad(source, "the file is empty");
        }

        Span<byte> raw = stackalloc byte[ErofsFormat.SuperblockSize];
        if (source.Length < ErofsFormat.SuperblockOffset + raw.Length)
        {
            throw Bad(source, $"this is no erofs image: it has only {source.Length} bytes");
        }

        source.Read(ErofsFormat.SuperblockOffset, raw);
        if (BinaryPrimitives.ReadUInt32LittleEndian(raw) != ErofsFormat.Magic)
        {
            throw Bad(source, "this is no erofs image: its magic number is missing");
        }

        var superblock = new ErofsSuperblock(raw);
        superblock.Check(source, extensions: raw[13], checksum: BinaryPrimitives.ReadUInt32LittleEndian(raw[4..]));
        return superblock;
    }

    internal bool Has(RequiredFeatures feature) => (Required & feature) != RequiredFeatures.None;

    internal bool Has(CompatibleFeatures feature) => (Compatible & feature) != CompatibleFeatures.None;

    private static BananaException Bad(ByteSource source, string what) => new(ExitCode.BadInput, what, source.Name);

    private void Check(ByteSource source, int extensions, uint checksum)
    {
        if (BlockBits is < 9 or > 16)
        {
            throw Bad(source, $"the erofs image is corrupt: its block size is 2^{BlockBits}");
        }

        // The checksum first: what it covers is where the other numbers come from.
        if (Has(CompatibleFeatures.Checksum))
        {
            CheckChecksum(source, checksum);
        }

        if ((Required & ~RequiredFeatures.All) is var unknown and not RequiredFeatures.None)
        {
            throw new BananaException(ExitCode.NewerFormat, $"the erofs image needs features that this banana does not know (0x{(uint)unknown:x})", source.Name, "update banana and try again");
        }

        if (Size > source.Length)
        {
            throw Bad(source, $"the erofs image is truncated: it should have {Size} bytes, but the file has {source.Length}");
        }

        // Without the configuration's feature bit, the place of the algorithms holds LZ4's window and LZ4 is all there is.
        Algorithms = Has(RequiredFeatures.CompressionConfiguration) ? Algorithms : (ushort)(1 << (int)ErofsAlgorithm.Lz4);
        if (Has(RequiredFeatures.DeviceTableOrSecondHead) && ExtraDevices > 0)
        {
            throw Bad(source, $"the erofs image keeps data on {ExtraDevices} further device(s), which banana does not read");
        }

        if (Has(RequiredFeatures.Metabox))
        {
            // The extension slots of 16 bytes follow the superblock; the nid of the metabox is the first thing there.
            if (extensions < 1)
            {
                throw Bad(source, "the erofs image is corrupt: it has a metabox but does not say where");
            }

            Span<byte> nid = stackalloc byte[8];
            source.Read(ErofsFormat.SuperblockOffset + ErofsFormat.SuperblockSize, nid);
            MetaboxNid = BinaryPrimitives.ReadUInt64LittleEndian(nid);
        }

        if (((MetaboxNid | PackedNid) & ErofsFormat.MetaboxNid) != 0)
        {
            throw Bad(source, "the erofs image is corrupt: a special file lies within itself");
        }
    }

    private void CheckChecksum(ByteSource source, uint expected)
    {
        var block = new byte[BlockSize > ErofsFormat.SuperblockOffset ? BlockSize - ErofsFormat.SuperblockOffset : BlockSize];
        source.Read(ErofsFormat.SuperblockOffset, block);
        block.AsSpan(4, 4).Clear();
        var crc = uint.MaxValue;
        foreach (var value in block)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        if (crc != expected)
        {
            throw Bad(source, "the erofs image is corrupt: the checksum of its superblock is wrong");
        }
    }
}
