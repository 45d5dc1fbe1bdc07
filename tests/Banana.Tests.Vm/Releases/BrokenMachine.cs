// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Images;
using Banana.Formats.Boot;
using Banana.Formats.Gpt;
using Banana.Formats.Pe;
using Banana.Formats.Release;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Tests.Vm.Releases;

/// <summary>
/// The disk of a machine that has a good release and, above it, newer ones that are broken. A newer release is the good one with another
/// verity tree, another version and another command line: a build of minutes for each would show no more.
/// </summary>
/// <param name="good">The good release.</param>
/// <param name="workbench">The tools that make UKIs and trees, and write to the EFI system partition.</param>
/// <param name="folder">Where the disk is made.</param>
internal sealed class BrokenMachine(ReleaseDirectory good, Workbench workbench, string folder)
{
    private const string Id = "banana";
    private readonly ProcessRunner host = new();

    /// <summary>The disk image.</summary>
    public string Disk => Path.Combine(folder, "broken.raw");

    /// <summary>The boot entry of a broken release, by its place: the first is the newest.</summary>
    public static BootEntryName EntryOf(int place) => new(Id, ReleaseVersion.Parse($"20991231.{9 - place}"), 3);

    /// <summary>Makes the disk.</summary>
    /// <param name="kinds">The broken releases, the newest first; one of them at most has partitions of its own.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task MakeAsync(IReadOnlyList<BrokenKind> kinds, CancellationToken cancellation)
    {
        await host.RunAsync(Command.Of("cp", "--sparse=always", good.Require(PartRole.Disk), Disk), cancellation);
        await host.RunAsync(Command.Of("cp", good.Require(PartRole.Usr), Path.Combine(folder, "usr.erofs")), cancellation);
        var tools = new ImageTools(workbench.Enter(), folder, new SeededGuid("a newer release"), good.Manifest.SourceDateEpoch);
        var rootHash = await tools.VerityAsync("usr.erofs", "usr.verity", cancellation);
        var filled = Assert.Single(kinds.Select(kind => kind.Slot).Where(slot => slot is BrokenSlot.ChangedByte or BrokenSlot.OtherRootHash).DefaultIfEmpty(BrokenSlot.Good));
        var named = filled == BrokenSlot.OtherRootHash ? Sha256Digest.Of("another root hash") : rootHash;
        FillSlot(named, filled);
        for (var place = 0; place < kinds.Count; place++)
        {
            var kind = kinds[place];
            var its = kind.Slot switch { BrokenSlot.Good => good.Manifest.RootHash, BrokenSlot.Missing => Sha256Digest.Of("no such partitions"), _ => named };
            await MakeUkiAsync(tools, kind, EntryOf(place), its, cancellation);
            await PublishAsync(kind, EntryOf(place), cancellation);
        }
    }

    // Slot B, as an update fills it: image, tree, then names by which the root hash finds them.
    private void FillSlot(string rootHash, BrokenSlot slot)
    {
        using var disk = File.OpenHandle(Disk, FileMode.Open, FileAccess.ReadWrite);
        IReadOnlyList<IReadOnlyList<DiskWrite>> writes;
        using (var source = ByteSource.OpenFile(Disk))
        {
            var table = GptTable.Read(source);
            var image = table.Partitions.Single(partition => partition.Type == GptPartitionType.UsrX8664 && partition.Label == "_empty");
            var tree = table.Partitions.Single(partition => partition.Type == GptPartitionType.UsrVerityX8664 && partition.Label == "_empty");
            Write(disk, image.Offset, File.ReadAllBytes(Path.Combine(folder, "usr.erofs")));
            Write(disk, tree.Offset, File.ReadAllBytes(Path.Combine(folder, "usr.verity")));
            if (slot == BrokenSlot.ChangedByte)
            {
                // The superblock of erofs: the first thing that is read of /usr.
                var one = new byte[1];
                RandomAccess.Read(disk, one, image.Offset + 1024 + 8);
                one[0] ^= 1;
                Write(disk, image.Offset + 1024 + 8, one);
            }

            var (imageId, treeId) = RootHashIds.Of(rootHash);
            var label = $"{Id}_{EntryOf(0).Version}";
            writes = GptRelabeling.Plan(source, [new GptName(image.Number, label, imageId), new GptName(tree.Number, label, treeId)]);
        }

        foreach (var write in writes.SelectMany(group => group))
        {
            Write(disk, write.Offset, write.Bytes.Span);
        }
    }

    private static void Write(Microsoft.Win32.SafeHandles.SafeFileHandle disk, long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(disk, bytes, offset);

    private async Task MakeUkiAsync(ImageTools tools, BrokenKind kind, BootEntryName entry, string rootHash, CancellationToken cancellation)
    {
        using var file = ByteSource.OpenFile(good.Require(PartRole.Uki));
        var uki = PeImage.Read(file);
        foreach (var section in new[] { PeImage.KernelSection, PeImage.InitrdSection, PeImage.MicrocodeSection }.Select(uki.Find).OfType<PeSection>())
        {
            var bytes = new byte[section.Size];
            file.Read(section.Offset, bytes);
            await File.WriteAllBytesAsync(Path.Combine(folder, section.Name), bytes, cancellation);
        }

        var commandLine = uki.ReadText(PeImage.CommandLineSection)!.Replace(good.Manifest.RootHash, rootHash, StringComparison.Ordinal);
        await tools.UkiAsync(
            "broken.efi",
            new UkiParts(
                Path.Combine(folder, PeImage.KernelSection), uki.ReadText(PeImage.KernelReleaseSection)!, Path.Combine(folder, PeImage.InitrdSection),
                uki.Find(PeImage.MicrocodeSection) is null ? null : Path.Combine(folder, PeImage.MicrocodeSection),
                Path.Combine(workbench.Root, "usr/lib/systemd/boot/efi/linuxx64.efi.stub"),
                uki.ReadText(PeImage.OsReleaseSection)!.Replace(good.Manifest.Version.ToString(), entry.Version.ToString(), StringComparison.Ordinal),
                $"{commandLine} banana.kind={kind.Name} {kind.Words}".Trim()),
            cancellation);
    }

    private async Task PublishAsync(BrokenKind kind, BootEntryName entry, CancellationToken cancellation)
    {
        var uki = Path.Combine(folder, "broken.efi");
        using (var file = File.OpenHandle(uki, FileMode.Open, FileAccess.ReadWrite))
        {
            var length = RandomAccess.GetLength(file);
            RandomAccess.SetLength(file, kind.File switch { BrokenFile.Whole => length, BrokenFile.Half => length / 2, _ => 0 });
        }

        long esp;
        using (var source = ByteSource.OpenFile(Disk))
        {
            esp = GptTable.Read(source).Partitions.Single(partition => partition.Type == GptPartitionType.Esp).Offset;
        }

        await workbench.Enter(new Bind(folder, "/banana/work")).RunAsync(Command.Of("mcopy", "-i", $"/banana/work/broken.raw@@{esp}", "/banana/work/broken.efi", $"::/{BootEntryName.Folder}/{entry}"), cancellation);
    }
}
