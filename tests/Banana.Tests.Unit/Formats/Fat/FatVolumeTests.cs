// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using Banana.Formats.Fat;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Fat;

/// <summary>What other programs wrote is read, and each kind of damage is named.</summary>
public sealed class FatVolumeTests
{
    public static TheoryData<FatKind> Kinds => [FatKind.Fat12, FatKind.Fat16, FatKind.Fat32];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Files_and_folders_are_read_with_their_names(FatKind kind)
    {
        var volume = Open(kind);
        Assert.Equal((kind, 512, false), (volume.Kind, volume.ClusterSize, volume.IsDirty));
        Assert.Equal(["EFI", "lower.txt"], volume.List(volume.Root).Select(entry => entry.Name).Order());
        Assert.Equal(["Ein leeres Stück.txt", "banana_20261125.1+3-1.efi"], volume.List(volume.Find("EFI/Linux")!).Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Equal(21, volume.List(volume.Find("efi/boot")!).Count);
        Assert.Equal("BANANA~1.EFI", volume.Find(FatSamples.Fragmented)!.ShortName);
        Assert.NotNull(volume.Find("EFI/LINUX/banana~1.efi"));
        Assert.Null(volume.Find("EFI/Linux/other.efi"));
        Assert.Null(volume.Find("lower.txt/x"));
        Assert.Equal(FatSamples.Lines(1, 9000), FatSamples.Content(volume, FatSamples.Fragmented));
        Assert.Equal(FatSamples.Lines(1000, 2000), FatSamples.Content(volume, FatSamples.Loader));
        Assert.Empty(FatSamples.Content(volume, "EFI/Linux/Ein leeres Stück.txt"));
        Assert.True(volume.ExtentsOf(volume.Find(FatSamples.Fragmented)!).Count > 1, "the file is in one piece, so that joining pieces is not looked at");
        Assert.Empty(volume.Check());
    }

    [Fact]
    public void A_file_is_read_from_any_place()
    {
        var volume = Open(FatKind.Fat12);
        using var file = volume.Open(volume.Find(FatSamples.Fragmented)!);
        var whole = FatSamples.Lines(1, 9000);
        var random = new Random(1);
        for (var round = 0; round < 1000; round++)
        {
            var offset = random.Next(whole.Length);
            var piece = new byte[random.Next(whole.Length - offset)];
            file.Read(offset, piece);
            Assert.True(whole.AsSpan(offset, piece.Length).SequenceEqual(piece), $"{piece.Length} bytes at {offset}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_names_for_one_chain_are_found_with_their_clusters(FatKind kind)
    {
        // As after a power cut in the middle of a rename: the loader's name leads to the release's chain.
        var bytes = Copy(kind);
        var volume = Open(bytes);
        var (loader, release) = (volume.Find(FatSamples.Loader)!, volume.Find(FatSamples.Fragmented)!);
        Patch(bytes, loader, record =>
        {
            BinaryPrimitives.WriteUInt16LittleEndian(record[26..], (ushort)release.FirstCluster);
            BinaryPrimitives.WriteUInt32LittleEndian(record[28..], (uint)release.Size);
        });
        volume = Open(bytes);
        var chain = volume.ChainOf(release).Clusters;
        Assert.Equal(chain.Order(), volume.Shared(volume.Find(FatSamples.Loader)!, release));
        var shared = Assert.Single(volume.Check(), finding => finding.Kind == FatFindingKind.Shared);
        Assert.Equal((FatSamples.Fragmented, FatSamples.Loader, chain.Count), (shared.Path, shared.Other, shared.Clusters.Count));
        Assert.Equal(10, Assert.Single(volume.Check(), finding => finding.Kind == FatFindingKind.Lost).Clusters.Count);
        Assert.Equal(FatSamples.Lines(1, 9000), FatSamples.Content(volume, FatSamples.Loader));
    }

    [Theory]
    [InlineData(0U, FatFindingKind.EndsEarly, "free")]
    [InlineData(uint.MaxValue, FatFindingKind.EndsEarly, "ends before its 43893 bytes do")]
    [InlineData(0x0fff_fff7U, FatFindingKind.EndsEarly, "marked as bad")]
    [InlineData(1U, FatFindingKind.EndsEarly, "no cluster has")]
    [InlineData(null, FatFindingKind.Loop, "leads back into itself")]
    public void A_chain_that_does_not_hold_its_file_is_an_error(uint? value, object kind, string what)
    {
        var bytes = Copy(FatKind.Fat32);
        var chain = Open(bytes).ChainOf(Open(bytes).Find(FatSamples.Fragmented)!).Clusters;
        SetNext(bytes, chain[40], value ?? chain[7], copies: 2);
        var volume = Open(bytes);
        var error = Assert.Throws<BananaException>(() => volume.Open(volume.Find(FatSamples.Fragmented)!));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        var findings = volume.Check();
        Assert.Single(findings, finding => finding.Kind == (FatFindingKind)kind && finding.Path == FatSamples.Fragmented && finding.Clusters.Count == 41);
        Assert.Equal(chain.Count - 41, Assert.Single(findings, finding => finding.Kind == FatFindingKind.Lost).Clusters.Count);
        Assert.Equal(FatSamples.Lines(1000, 2000), FatSamples.Content(volume, FatSamples.Loader));
    }

    [Fact]
    public void A_chain_that_goes_on_and_copies_that_differ_are_findings_only()
    {
        var bytes = Copy(FatKind.Fat32);
        var volume = Open(bytes);
        var entry = volume.Find(FatSamples.Fragmented)!;
        SetNext(bytes, volume.ChainOf(entry).Clusters[^1], 60_000, copies: 1);
        SetNext(bytes, 60_000, uint.MaxValue, copies: 1);
        volume = Open(bytes);
        Assert.Equal(FatSamples.Lines(1, 9000), FatSamples.Content(volume, FatSamples.Fragmented));
        Assert.Equal(
            [FatFindingKind.CopiesDiffer, FatFindingKind.TooLong],
            volume.Check().Select(finding => finding.Kind));
    }

    [Fact]
    public void A_short_name_that_lost_its_long_one_is_read_and_named()
    {
        var bytes = Copy(FatKind.Fat16);
        Patch(bytes, Open(bytes).Find(FatSamples.Fragmented)!, record => record[0] = (byte)'X');
        var volume = Open(bytes);
        Assert.Equal("XANANA~1.EFI", volume.Find("EFI/Linux/XANANA~1.EFI")!.Name);
        Assert.Single(volume.Check(), finding => finding is { Kind: FatFindingKind.BadRecord, Path: "EFI/Linux" });
    }

    [Fact]
    public void A_folder_that_holds_itself_has_an_end()
    {
        var bytes = Copy(FatKind.Fat16);
        var volume = Open(bytes);
        Patch(bytes, volume.Find("EFI/Linux")!, record => BinaryPrimitives.WriteUInt16LittleEndian(record[26..], (ushort)volume.Find("EFI")!.FirstCluster));
        Assert.Contains(Open(bytes).Check(), finding => finding is { Kind: FatFindingKind.Shared, Path: "EFI/Linux", Other: "EFI" });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_volume_is_refused(FatKind kind)
    {
        foreach (var length in (int[])[0, 511, 512, 100_000])
        {
            var error = Assert.Throws<BananaException>(() => Open(FatSamples.Bytes(kind)[..length]));
            Assert.Equal(ExitCode.BadInput, error.Code);
            Assert.Contains("no FAT file system", error.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Copy(FatKind kind) => [.. FatSamples.Bytes(kind)];

    private static FatVolume Open(FatKind kind) => Open(FatSamples.Bytes(kind));

    private static FatVolume Open(byte[] bytes) => FatVolume.Read(ByteSource.FromMemory(bytes, "esp.img"));

    // FAT32, as mkfs.vfat lays it out: 32 reserved sectors, then the copies of the table.
    private static void SetNext(byte[] bytes, uint cluster, uint next, int copies)
    {
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(36)) * 512;
        for (var copy = 0; copy < copies; copy++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((32 * 512) + (copy * size) + ((int)cluster * 4)), next & 0x0fff_ffff);
        }
    }

    // The record is found by its short name and first cluster, which are in no file's content.
    private static void Patch(byte[] bytes, FatEntry entry, Action<Span<byte>> change)
    {
        var name = entry.ShortName.Split('.');
        var raw = System.Text.Encoding.ASCII.GetBytes(name[0].PadRight(8) + (name.Length > 1 ? name[1] : string.Empty).PadRight(3));
        for (var at = 0; at < bytes.Length; at += 32)
        {
            if (bytes.AsSpan(at, 11).SequenceEqual(raw) && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 26)) == (ushort)entry.FirstCluster)
            {
                change(bytes.AsSpan(at, 32));
                return;
            }
        }

        Assert.Fail($"no record of {entry.Path}");
    }
}
