// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.Gpt;

/// <summary>New names on the disk that sfdisk made.</summary>
public sealed class GptRelabelingTests
{
    private static readonly Guid Id = new("0b0c0d0e-1111-2222-3333-444455556666");

    private static byte[] Disk => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", "disk.raw"));

    [Fact]
    public void Both_copies_have_the_new_names_and_all_else_is_as_it_was()
    {
        var before = Read(Disk).Partitions;
        var disk = Apply(Disk, Plan(Disk).SelectMany(group => group));
        foreach (var copy in Copies(disk))
        {
            Assert.Equal([before[0] with { Label = "banana_20261125.1", Id = Id }, .. before.Skip(1)], copy.Partitions);
        }

        Assert.Empty(Plan(disk));
    }

    [Theory]
    [InlineData(GptTable.SectorSize + 60)] // the first
    [InlineData(-GptTable.SectorSize + 60)] // the one at the end
    public void A_damaged_copy_is_made_whole_first(int offset)
    {
        var disk = Disk;
        disk[offset < 0 ? disk.Length + offset : offset] ^= 1;
        Assert.All(Copies(Apply(disk, Plan(disk).SelectMany(group => group))), copy => Assert.Equal("banana_20261125.1", copy.Partitions[0].Label));
        CutEverywhere(disk);
    }

    [Fact]
    public void A_power_cut_anywhere_leaves_the_old_table_or_the_new() => Assert.True(CutEverywhere(Disk) > 100);

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => Plan(Disk, new GptName(99, "a", Id))).Code);
        Assert.Contains("36 characters", Assert.Throws<BananaException>(() => Plan(Disk, new GptName(1, new string('a', 37), Id))).Message, StringComparison.Ordinal);
        Assert.Contains("same identifier", Assert.Throws<BananaException>(() => Plan(Disk, new GptName(1, "a", Read(Disk).Partitions[1].Id))).Message, StringComparison.Ordinal);
    }

    // Every prefix of the writes by sectors, each also with the sector at work torn in the middle, and each sector of a group alone: a disk
    // may write what was not flushed in any order.
    private static int CutEverywhere(byte[] start)
    {
        var states = 0;
        var flushed = start;
        foreach (var group in Plan(start))
        {
            var sectors = group.SelectMany(Sectors).ToList();
            for (var count = 0; count <= sectors.Count; count++)
            {
                AssertWhole(Apply(flushed, sectors.Take(count)));
                AssertWhole(Apply(flushed, sectors.Skip(count)));
                if (count < sectors.Count)
                {
                    AssertWhole(Apply(flushed, [sectors[count]]));
                    AssertWhole(Apply(flushed, [.. sectors.Take(count), sectors[count] with { Bytes = sectors[count].Bytes[..200] }]));
                }

                states += 4;
            }

            flushed = Apply(flushed, sectors);
        }

        return states;

        void AssertWhole(byte[] disk) => Assert.Contains(Read(disk).Partitions[0].Label, new[] { Read(start).Partitions[0].Label, "banana_20261125.1" });
    }

    private static IEnumerable<DiskWrite> Sectors(DiskWrite write)
    {
        for (var at = 0; at < write.Bytes.Length; at += GptTable.SectorSize)
        {
            yield return new(write.Offset + at, write.Bytes.Slice(at, GptTable.SectorSize));
        }
    }

    private static IReadOnlyList<IReadOnlyList<DiskWrite>> Plan(byte[] disk, GptName? name = null) =>
        GptRelabeling.Plan(ByteSource.FromMemory(disk, "disk.raw"), [name ?? new GptName(1, "banana_20261125.1", Id)]);

    private static byte[] Apply(byte[] disk, IEnumerable<DiskWrite> writes)
    {
        byte[] changed = [.. disk];
        foreach (var write in writes)
        {
            write.Bytes.Span.CopyTo(changed.AsSpan((int)write.Offset));
        }

        return changed;
    }

    private static GptTable Read(byte[] disk) => GptTable.Read(ByteSource.FromMemory(disk, "disk.raw"));

    // The copy at the end is read where the first one is damaged.
    private static IEnumerable<GptTable> Copies(byte[] disk)
    {
        yield return Read(disk);
        byte[] damaged = [.. disk];
        damaged[GptTable.SectorSize + 60] ^= 1;
        var backup = Read(damaged);
        Assert.True(backup.IsBackup);
        yield return backup;
    }
}
