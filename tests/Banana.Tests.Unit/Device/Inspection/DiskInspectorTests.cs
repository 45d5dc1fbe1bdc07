// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using Banana.Device.Inspection;
using Banana.Formats.Boot;
using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Foundation.Hashing;

namespace Banana.Tests.Unit.Device.Inspection;

/// <summary>What a machine finds on a disk: whole releases in the boot loader's order, and each kind of damage by its name.</summary>
public sealed class DiskInspectorTests
{
    private readonly InspectedDisk world = new();

    [Fact]
    public void Whole_releases_come_up_the_newest_first()
    {
        var view = Look(Both());
        Assert.Equal([InspectedDisk.NewEntry, InspectedDisk.OldEntry], view.Entries.Select(entry => entry.ToString()));
        Assert.Equal((world.RootHash(InspectedDisk.New), InspectedDisk.New, 3, 0), (view.Entries[0].RootHash, view.Entries[0].Version, view.Entries[0].Left, view.Entries[0].Done));
        Assert.Equal(Sha256Digest.Of(InspectedDisk.Loader), view.Loader);
        Assert.Equal(InspectedDisk.NewEntry, view.Boot(out var failures)!.File);
        Assert.Equal(0, failures);
    }

    [Fact]
    public void What_is_not_an_entry_is_none()
    {
        var uki = world.Uki(InspectedDisk.Old);
        var view = Look(world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, uki), ("x.efi.partial", uki), ("auto-x.efi", uki), (".x.efi", uki), ("noise.efi", new byte[700]), ("readme.txt", [1]))));
        Assert.Equal([InspectedDisk.OldEntry], view.Entries.Select(entry => entry.ToString()));
        Assert.Equal(["noise.efi"], view.PassedOver.Select(entry => entry.File));
    }

    [Fact]
    public void Damage_to_a_slot_is_found_at_every_block()
    {
        var whole = Both();
        foreach (var (index, what) in new[] { (3, "of the image is damaged"), (4, "damaged") })
        {
            var partition = InspectedDisk.Partition(whole, index);
            var length = whole.AsSpan((int)partition.Offset, (int)partition.Size).TrimEnd((byte)0).Length;
            for (var at = index == 4 ? 4096 : 0; at < length; at += 4096)
            {
                byte[] disk = [.. whole];
                disk[partition.Offset + at + 7] ^= 1;
                var view = Look(disk);
                Assert.Contains(what, view.Entries[0].Problem, StringComparison.Ordinal);
                Assert.Equal(InspectedDisk.OldEntry, view.Boot(out var failures)!.File);
                Assert.Equal(3, failures);
            }
        }
    }

    [Fact]
    public void A_slot_without_the_root_hash_and_a_uki_of_another_content_are_named()
    {
        var empty = Look(world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old)), (InspectedDisk.NewEntry, world.Uki(InspectedDisk.New))), second: null));
        Assert.Contains("no partitions have the halves", empty.Entries[0].Problem, StringComparison.Ordinal);
        var uki = world.Uki(InspectedDisk.New);
        uki[^600] ^= 1;
        var changed = Look(world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old)), (InspectedDisk.NewEntry, uki))));
        Assert.Contains("not the UKI of its release", changed.Entries[0].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_that_ends_early_is_an_entry_that_does_not_come_up_or_none()
    {
        var disk = Both();
        var offset = (int)InspectedDisk.Partition(disk, 0).Offset;
        var esp = Look(disk).Esp!;
        var chain = esp.ChainOf(esp.Find($"EFI/Linux/{InspectedDisk.NewEntry}")!).Clusters;
        Cut(chain[20]);
        Assert.Contains("chain ends before", Look(disk).Entries[0].Problem, StringComparison.Ordinal);
        Cut(chain[0]);
        Assert.Equal([InspectedDisk.OldEntry], Look(disk).Entries.Select(entry => entry.ToString()));
        Assert.Equal([InspectedDisk.NewEntry], Look(disk).PassedOver.Select(entry => entry.File));

        void Cut(uint cluster) => BinaryPrimitives.WriteUInt16LittleEndian(disk.AsSpan(offset + 512 + ((int)cluster * 2)), 0);
    }

    [Theory]
    [InlineData("rw gpt", true)]
    [InlineData("rw", false)]
    public void The_second_copy_of_the_table_counts_for_a_kernel_that_is_told_so(string words, bool comesUp)
    {
        var disk = world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old, words))));
        disk[GptTable.SectorSize + 60] ^= 1;
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var view = new DiskInspector { Known = known }.Inspect(ByteSource.FromMemory(disk, "disk"), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(comesUp, view.Boot(out _) is not null);
        disk[disk.Length - GptTable.SectorSize + 60] ^= 1;
        Assert.Contains("damaged, and so is its backup", Look(disk).Problem, StringComparison.Ordinal);
        Assert.Null(Look(disk).Boot(out _));
    }

    [Fact]
    public void An_entry_that_fails_without_a_counter_is_where_a_machine_stays()
    {
        byte[] Disk(string entry) => world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old)), (entry, world.Uki(InspectedDisk.New))), second: null);
        Assert.Null(Look(Disk($"banana_{InspectedDisk.New}.efi")).Boot(out _));
        Assert.Equal(InspectedDisk.OldEntry, Look(Disk($"banana_{InspectedDisk.New}+0-3.efi")).Boot(out var none)!.File);
        Assert.Equal(0, none);
        Assert.Equal(InspectedDisk.OldEntry, Look(Disk($"banana_{InspectedDisk.New}+1-2.efi")).Boot(out var one)!.File);
        Assert.Equal(1, one);
    }

    // The examples of the UAPI group's Version Format Specification, each older than the next.
    [Fact]
    public void Versions_are_in_the_order_of_the_specification()
    {
        string[] ordered = ["~", "", "122.1", "123~rc1-1", "123", "123-a", "123-a.1", "123-1", "123-1.1", "123^post1", "123.a-1", "123.1-1", "123a-1", "124-1"];
        string[] ours = ["20261121.9", "20261121.10", "20261122.1"];
        Assert.Equal(ours, ours.Reverse().Order(VersionOrder.Instance));
        foreach (var (older, newer) in ordered.Zip(ordered.Skip(1)))
        {
            Assert.True(VersionOrder.Instance.Compare(older, newer) < 0, $"{older} < {newer}");
            Assert.True(VersionOrder.Instance.Compare(newer, older) > 0, $"{newer} > {older}");
        }

        Assert.Equal(0, VersionOrder.Instance.Compare("0123_", "123"));
    }

    private byte[] Both() => world.Make(InspectedDisk.Esp((InspectedDisk.OldEntry, world.Uki(InspectedDisk.Old)), (InspectedDisk.NewEntry, world.Uki(InspectedDisk.New))));

    private DiskView Look(byte[] disk) =>
        new DiskInspector
        {
            Known = new[] { InspectedDisk.Old, InspectedDisk.New }.ToDictionary(world.RootHash, version => Sha256Digest.Of(world.Uki(version)), StringComparer.Ordinal),
        }.Inspect(ByteSource.FromMemory(disk, "disk"), cancellation: TestContext.Current.CancellationToken);
}
