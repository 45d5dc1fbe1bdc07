// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Buffers.Binary;
using System.Numerics;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Fat;

/// <summary>The three widths of an allocation table's entries.</summary>
public enum FatKind
{
    /// <summary>12 bits.</summary>
    Fat12 = 12,

    /// <summary>16 bits.</summary>
    Fat16 = 16,

    /// <summary>32 bits, of which 28 count.</summary>
    Fat32 = 32,
}

/// <summary>
/// Where the parts of a FAT volume lie, from its boot sector. Source: Microsoft, FAT specification of 2004 ("fatgen103"), "Boot sector and BPB";
/// the kind is told as Linux and UEFI firmware tell it.
/// </summary>
internal sealed record FatGeometry
{
    private const int BootSectorSize = 512;
    private const int EntrySize = 32;
    private const uint MostClusters12 = 4084;
    private const uint MostClusters16 = 65_524;
    private const uint MostClusters32 = 0x0fff_fff5;

    /// <summary>The kind.</summary>
    public required FatKind Kind { get; init; }

    /// <summary>The size of a sector in bytes.</summary>
    public required int SectorSize { get; init; }

    /// <summary>The size of a cluster in bytes.</summary>
    public required int ClusterSize { get; init; }

    /// <summary>How many clusters there are; they are numbered from 2.</summary>
    public required uint ClusterCount { get; init; }

    /// <summary>How many copies of the table there are.</summary>
    public required int TableCopies { get; init; }

    /// <summary>Where the first copy of the table begins, in bytes.</summary>
    public required long TableOffset { get; init; }

    /// <summary>From one copy to the next, in bytes.</summary>
    public required long TableStride { get; init; }

    /// <summary>The copy that is read.</summary>
    public required int ActiveCopy { get; init; }

    /// <summary>Whether all copies have to be the same.</summary>
    public required bool IsMirrored { get; init; }

    /// <summary>Where the root folder lies in FAT12 and FAT16, in bytes.</summary>
    public required long RootOffset { get; init; }

    /// <summary>The size of that root folder in bytes; 0 in FAT32, where it is a chain of clusters.</summary>
    public required int RootSize { get; init; }

    /// <summary>The first cluster of the root folder in FAT32; else 0.</summary>
    public required uint RootCluster { get; init; }

    /// <summary>Where cluster 2 begins, in bytes.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Whether the kernel set its mark for a volume that was not unmounted (bit 0 of the byte that it keeps for states).</summary>
    public required bool IsDirty { get; init; }

    /// <summary>How many bytes of the table describe clusters.</summary>
    public int TableSize => (int)((((long)ClusterCount + 2) * (int)Kind + 7) / 8);

    /// <summary>Where a cluster begins, in bytes.</summary>
    public long OffsetOf(uint cluster) => DataOffset + ((cluster - 2L) * ClusterSize);

    /// <summary>Reads the boot sector.</summary>
    /// <exception cref="BananaException">This is no FAT volume, or it is longer than what holds it.</exception>
    public static FatGeometry Read(ByteSource volume)
    {
        if (volume.Length < BootSectorSize)
        {
            throw Bad(volume, "it is too short");
        }

        Span<byte> boot = stackalloc byte[BootSectorSize];
        volume.Read(0, boot);
        int sectorSize = Word(boot, 11);
        int sectorsPerCluster = boot[13];
        int reserved = Word(boot, 14);
        int copies = boot[16];
        int rootEntries = Word(boot, 17);
        long sectors = Word(boot, 19) is var few and > 0 ? few : BinaryPrimitives.ReadUInt32LittleEndian(boot[32..]);
        int tableSectors16 = Word(boot, 22);
        var isFat32 = tableSectors16 == 0;
        long tableSectors = isFat32 ? BinaryPrimitives.ReadUInt32LittleEndian(boot[36..]) : tableSectors16;
        if (Word(boot, 510) != 0xaa55)
        {
            throw Bad(volume, "its boot sector has no signature");
        }

        if (sectorSize is < 512 or > 4096 || !BitOperations.IsPow2(sectorSize) || !BitOperations.IsPow2(sectorsPerCluster) || sectorsPerCluster == 0
            || reserved == 0 || copies is 0 or > 4 || tableSectors == 0 || (rootEntries == 0) != isFat32)
        {
            throw Bad(volume, "its boot sector makes no sense");
        }

        var rootSectors = ((rootEntries * EntrySize) + sectorSize - 1) / sectorSize;
        var dataSector = reserved + (copies * tableSectors) + rootSectors;
        if (sectors * sectorSize > volume.Length || dataSector >= sectors)
        {
            throw Bad(volume, $"it should have {sectors} sectors, {dataSector} of them before the files, and has {volume.Length / sectorSize}");
        }

        var clusters = (sectors - dataSector) / sectorsPerCluster;
        var kind = isFat32 ? FatKind.Fat32 : clusters <= MostClusters12 ? FatKind.Fat12 : FatKind.Fat16;
        var flags = isFat32 ? Word(boot, 40) : 0;
        var rootCluster = isFat32 ? BinaryPrimitives.ReadUInt32LittleEndian(boot[44..]) : 0;
        var geometry = new FatGeometry
        {
            Kind = kind,
            SectorSize = sectorSize,
            ClusterSize = sectorSize * sectorsPerCluster,
            ClusterCount = (uint)Math.Min(clusters, uint.MaxValue),
            TableCopies = copies,
            TableOffset = (long)reserved * sectorSize,
            TableStride = tableSectors * sectorSize,
            ActiveCopy = (flags & 0x80) != 0 ? flags & 0xf : 0,
            IsMirrored = (flags & 0x80) == 0,
            RootOffset = (reserved + (copies * tableSectors)) * sectorSize,
            RootSize = rootEntries * EntrySize,
            RootCluster = rootCluster,
            DataOffset = dataSector * sectorSize,
            IsDirty = (boot[isFat32 ? 65 : 37] & 1) != 0,
        };
        var most = kind switch { FatKind.Fat12 => MostClusters12, FatKind.Fat16 => MostClusters16, _ => MostClusters32 };
        if (clusters == 0 || clusters > most || geometry.TableSize > geometry.TableStride || geometry.ActiveCopy >= copies || (isFat32 && (rootCluster < 2 || rootCluster - 2 >= clusters)))
        {
            throw Bad(volume, $"its table of {geometry.TableStride} bytes does not describe its {clusters} clusters");
        }

        return geometry;
    }

    private static int Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static BananaException Bad(ByteSource volume, string why) => new(ExitCode.BadInput, $"this is no FAT file system: {why}", volume.Name, "build or fetch it again");
}
