// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Gpt;

/// <summary>A disk of 100 sectors made by sfdisk: see GoldenImages.MakeDisk in the integration tests.</summary>
public sealed class GptTableTests
{
    private const int SectorSize = GptTable.SectorSize;

    private static byte[] Disk => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "disk.raw"));

    [Fact]
    public void ReadsTheTable() => AssertWhole(Read(Disk), isBackup: false);

    [Theory]
    [InlineData(SectorSize + 3)] // signature
    [InlineData(SectorSize + 60)] // disk id
    [InlineData((2 * SectorSize) + 5)] // first entry
    public void TheBackupIsReadWhenTheFirstIsDamaged(int offset)
    {
        var disk = Disk;
        disk[offset] ^= 1;
        AssertWhole(Read(disk), isBackup: true);
    }

    [Fact]
    public void TheFirstIsReadWhenTheEndIsCutOff()
    {
        var table = Read(Disk[..(70 * SectorSize)]);
        AssertWhole(table, isBackup: false);
    }

    [Fact]
    public void BothDamagedIsNamed()
    {
        var disk = Disk;
        disk[SectorSize + 60] ^= 1;
        disk[disk.Length - SectorSize + 60] ^= 1;
        var error = Assert.Throws<BananaException>(() => Read(disk));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("backup", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(5000)]
    public void NoTableIsNamed(int size)
    {
        var error = Assert.Throws<BananaException>(() => Read(new byte[size]));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("disk.raw", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APartitionBeyondTheEndIsNamedWhenItIsOpened()
    {
        var table = Read(Disk[..(60 * SectorSize)]);
        var error = Assert.Throws<BananaException>(() => table.Open(table.Partitions[1]));
        Assert.Contains("partition 2, '_empty'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamageIsReadOrNamed()
    {
        var random = new Random(5);
        var whole = Disk;
        for (var round = 0; round < 5000; round++)
        {
            var disk = (byte[])whole.Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                // Header and first entries of one copy or the other.
                var place = random.Next(2) == 0 ? SectorSize + random.Next(2 * SectorSize) : disk.Length - 1 - random.Next(2 * SectorSize);
                disk[place] = (byte)random.Next(256);
            }

            try
            {
                foreach (var partition in Read(disk[..random.Next(disk.Length / 2, disk.Length)]).Partitions)
                {
                    Assert.True(partition.Size > 0);
                }
            }
            catch (BananaException error)
            {
                Assert.Equal(ExitCode.BadInput, error.Code);
            }
        }
    }

    private static GptTable Read(byte[] disk) => GptTable.Read(ByteSource.FromMemory(disk, "disk.raw"));

    private static void AssertWhole(GptTable table, bool isBackup)
    {
        Assert.Equal(isBackup, table.IsBackup);
        Assert.Equal(new Guid("11111111-1111-4111-8111-111111111111"), table.DiskId);
        Assert.Equal(
            [
                new() { Number = 1, Type = GptPartitionType.Esp, Id = new("22222222-2222-4222-8222-222222222222"), Label = "esp", FirstSector = 40, LastSector = 55, Attributes = 0 },
                new() { Number = 2, Type = GptPartitionType.UsrX8664, Id = new("33333333-3333-4333-8333-333333333333"), Label = "_empty", FirstSector = 56, LastSector = 63, Attributes = 0 },
                new() { Number = 3, Type = GptPartitionType.UsrX8664, Id = new("44444444-4444-4444-8444-444444444444"), Label = "banana_20261121.1 ü", FirstSector = 64, LastSector = 64, Attributes = 1UL << 60 },
            ],
            table.Partitions);
        Assert.Equal(512, table.Partitions[2].Size);
    }
}
