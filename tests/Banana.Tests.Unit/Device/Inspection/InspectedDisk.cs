// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Tests.Shared;

namespace Banana.Tests.Unit.Device.Inspection;

/// <summary>A disk with a boot partition and two slots, each with an image of the real mkfs.erofs, and UKIs for both.</summary>
internal sealed class InspectedDisk
{
    public const string Old = "20261102.1";
    public const string New = "20261103.1";
    public const string OldEntry = $"banana_{Old}+3.efi";
    public const string NewEntry = $"banana_{New}+3.efi";
    private const int SlotSize = 1 << 20;
    private readonly Dictionary<string, (byte[] Image, byte[] Tree, string RootHash)> releases;

    public InspectedDisk() => releases = new(StringComparer.Ordinal) { [Old] = Release("plain"), [New] = Release("zstd") };

    public static byte[] Loader { get; } = Encoding.ASCII.GetBytes("systemd-boot");

    public string RootHash(string version) => releases[version].RootHash;

    public byte[] Uki(string version, string words = "rw gpt") => PeBytes.Make(
    [
        (".osrel", Encoding.ASCII.GetBytes($"ID=banana\nPRETTY_NAME=\"Banana {version}\"\nIMAGE_ID=\"banana\"\nIMAGE_VERSION=\"{version}\"\n")),
        (".cmdline", Encoding.ASCII.GetBytes($"usrhash={RootHash(version)} {words}\0")),
        (".linux", Bytes(version.GetHashCode(StringComparison.Ordinal) & 0xff, 9000)),
        (".initrd", Bytes(2, 5000)),
    ]);

    /// <summary>The files of the boot partition.</summary>
    /// <param name="entries">The files of EFI/Linux.</param>
    public static byte[] Esp(params IReadOnlyList<(string Name, byte[] Content)> entries) =>
        FatBytes.Make([("EFI/BOOT/BOOTX64.EFI", Loader), .. entries.Select(entry => ($"EFI/Linux/{entry.Name}", entry.Content))]);

    /// <summary>Makes the disk.</summary>
    /// <param name="esp">The boot partition.</param>
    /// <param name="second">What the second slot holds; null: nothing.</param>
    public byte[] Make(byte[] esp, string? second = New)
    {
        var (usr, tree) = RootHashIds.Of(RootHash(Old));
        var (otherUsr, otherTree) = second is null ? (new Guid("00000000-0000-4000-8000-00000000000a"), new Guid("00000000-0000-4000-8000-00000000000b")) : RootHashIds.Of(RootHash(second));
        var disk = DiskBytes.Make(
            (GptPartitionType.Esp, new("00000000-0000-4000-8000-000000000001"), "esp", esp.Length),
            (GptPartitionType.UsrX8664, usr, $"banana_{Old}", SlotSize),
            (GptPartitionType.UsrVerityX8664, tree, $"banana_{Old}", 16 * 4096),
            (GptPartitionType.UsrX8664, otherUsr, second is null ? "_empty" : $"banana_{second}", SlotSize),
            (GptPartitionType.UsrVerityX8664, otherTree, second is null ? "_empty" : $"banana_{second}", 16 * 4096));
        esp.CopyTo(disk, Partition(disk, 0).Offset);
        Fill(disk, 1, Old);
        if (second is not null)
        {
            Fill(disk, 3, second);
        }

        return disk;
    }

    public static GptPartition Partition(byte[] disk, int index) => GptTable.Read(ByteSource.FromMemory(disk, "disk")).Partitions[index];

    /// <summary>Puts a release into the slot whose first partition has an index.</summary>
    public void Fill(byte[] disk, int index, string version)
    {
        releases[version].Image.CopyTo(disk, Partition(disk, index).Offset);
        releases[version].Tree.CopyTo(disk, Partition(disk, index + 1).Offset);
    }

    private static (byte[] Image, byte[] Tree, string RootHash) Release(string golden)
    {
        var image = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "golden", golden + ".erofs"));
        Array.Resize(ref image, (image.Length + 4095) / 4096 * 4096);
        using var tree = new MemoryStream();
        var verity = new VerityTree(new VeritySuperblock(new Guid("00000000-0000-4000-8000-000000000002"), image.Length / 4096, Bytes(3, 32)), tree);
        verity.Append(image);
        var rootHash = Convert.ToHexStringLower(verity.Finish());
        return (image, tree.ToArray(), rootHash);
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
