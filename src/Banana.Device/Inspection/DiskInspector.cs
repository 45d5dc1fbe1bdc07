// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Boot;
using Banana.Formats.Erofs;
using Banana.Formats.Fat;
using Banana.Formats.Gpt;
using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Errors;

namespace Banana.Device.Inspection;

/// <summary>
/// Looks at a disk as a machine does that is switched on: which entries the boot loader has and takes first, and whether each comes up, that is
/// whether its UKI can be read to the end, whether the two halves of the root hash on its command line are partitions, and whether every block
/// there is the one that the root hash names. Nothing is written. Not for several threads at once.
/// </summary>
public sealed class DiskInspector
{
    private const string LoaderPath = "EFI/BOOT/BOOTX64.EFI";
    private readonly Dictionary<UInt128, UkiFacts> ukis = [];
    private readonly Dictionary<UInt128, string?> loaders = [];
    private readonly Dictionary<(UInt128 Stamp, string RootHash), string?> slots = [];

    /// <summary>
    /// The SHA-256 of the UKIs that are known, by the root hash on their command lines. Of others, all that is looked at is that they can be read and
    /// have their sections; what is in those is for Secure Boot to say.
    /// </summary>
    public IReadOnlyDictionary<string, string> Known { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Looks at a disk.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="stamps">Tells what was looked at before; null: everything is read.</param>
    /// <param name="cancellation">Stops the work.</param>
    public DiskView Inspect(ByteSource disk, IContentStamps? stamps = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        var view = new DiskView();
        try
        {
            var table = GptTable.Read(disk);
            view = view with { Table = table };
            if (table.Partitions.FirstOrDefault(partition => partition.Type == GptPartitionType.Esp) is not { } partition)
            {
                return view with { Problem = "there is no EFI system partition" };
            }

            var esp = FatVolume.Read(disk.Window(partition.Offset, partition.Size, "the EFI system partition"));
            view = view with { Esp = esp, Loader = Loader(esp, partition.Offset, stamps) };
            var folder = esp.Find(BootEntryName.Folder);
            List<InspectedEntry> entries = [];
            List<InspectedEntry> passedOver = [];
            foreach (var file in folder is { IsFolder: true } ? esp.List(folder) : [])
            {
                if (!file.IsFolder && BootLoaderOrder.IsCandidate(file.Name))
                {
                    var (entry, isListed) = Entry(disk, table, esp, partition.Offset, file, stamps, cancellation);
                    (isListed ? entries : passedOver).Add(entry);
                }
            }

            entries.Sort(BootLoaderOrder.Compare);
            view = view with { Entries = entries, PassedOver = passedOver };
            return view.Loader is null ? view with { Problem = $"the boot loader {LoaderPath} cannot be read" } : view;
        }
        catch (BananaException error)
        {
            return view with { Problem = error.What };
        }
    }

    private (InspectedEntry Entry, bool IsListed) Entry(ByteSource disk, GptTable table, FatVolume esp, long offset, FatEntry file, IContentStamps? stamps, CancellationToken cancellation)
    {
        using var content = esp.OpenReadable(file);
        var uki = Once(ukis, StampOf(esp, offset, file, stamps), () => UkiFacts.Read(content));
        var (left, done) = BootLoaderOrder.Tries(file.Name);
        var entry = new InspectedEntry { File = file.Name, Version = uki.Version, SortKey = uki.SortKey, Left = left, Done = done, RootHash = uki.RootHash };
        return (entry with { Problem = uki.Problem ?? UkiProblem(uki) ?? SlotProblem(disk, table, uki, stamps, cancellation) }, uki.IsListed);
    }

    private string? UkiProblem(UkiFacts uki) => uki switch
    {
        { RootHash: null } => "its command line names no usrhash",
        { RootHash: { } rootHash } when Known.TryGetValue(rootHash, out var known) && known != uki.Sha256 => "it is not the UKI of its release",
        _ => null,
    };

    private string? SlotProblem(ByteSource disk, GptTable table, UkiFacts uki, IContentStamps? stamps, CancellationToken cancellation)
    {
        // Linux: block/partitions/efi.c reads the second copy only when it is told that there is a table.
        if (table.IsBackup && !uki.Words.Contains("gpt", StringComparer.Ordinal))
        {
            return "the first copy of the partition table is damaged, and its kernel does not look at the second without 'gpt' on its command line";
        }

        Guid image;
        Guid tree;
        try
        {
            (image, tree) = RootHashIds.Of(uki.RootHash!);
        }
        catch (BananaException error)
        {
            return error.What;
        }

        if (table.Partitions.FirstOrDefault(partition => partition.Id == image) is not { } data || table.Partitions.FirstOrDefault(partition => partition.Id == tree) is not { } hashes)
        {
            return "no partitions have the halves of its root hash";
        }

        var stamp = stamps?.Of([new(data.Offset, data.Size), new(hashes.Offset, hashes.Size)]);
        if (stamp is { } known && slots.TryGetValue((known, uki.RootHash!), out var found))
        {
            return found;
        }

        found = ReadSlot(disk, data, hashes, uki.RootHash!, cancellation);
        if (stamp is { } made)
        {
            slots[(made, uki.RootHash!)] = found;
        }

        return found;
    }

    private static string? ReadSlot(ByteSource disk, GptPartition data, GptPartition hashes, string rootHash, CancellationToken cancellation)
    {
        try
        {
            using var image = disk.Window(data.Offset, data.Size, $"partition {data.Number}");
            using var tree = disk.Window(hashes.Offset, hashes.Size, $"partition {hashes.Number}");
            if (VerityCheck.Problem(image, tree, rootHash, cancellation) is { } problem)
            {
                return problem;
            }

            using var erofs = ErofsImage.Open(disk.Window(data.Offset, data.Size, $"partition {data.Number}"));
            return null;
        }
        catch (BananaException error)
        {
            return error.What;
        }
    }

    private string? Loader(FatVolume esp, long offset, IContentStamps? stamps)
    {
        if (esp.Find(LoaderPath) is not { IsFolder: false } file)
        {
            return null;
        }

        using var content = esp.OpenReadable(file);
        return Once(loaders, StampOf(esp, offset, file, stamps), () =>
        {
            try
            {
                return Convert.ToHexStringLower(SourceDigest.Sha256(content));
            }
            catch (BananaException)
            {
                return null;
            }
        });
    }

    private static UInt128? StampOf(FatVolume esp, long offset, FatEntry file, IContentStamps? stamps)
    {
        var pieces = stamps is null ? [] : esp.ReadableExtentsOf(file);

        // Two lengths of one beginning are two contents.
        return stamps?.Of([.. pieces.Select(piece => piece with { Offset = piece.Offset + offset })]) ^ ((UInt128)(ulong)file.Size << 64);
    }

    private static T Once<T>(Dictionary<UInt128, T> known, UInt128? stamp, Func<T> read)
    {
        if (stamp is { } key)
        {
            return known.TryGetValue(key, out var value) ? value : known[key] = read();
        }

        return read();
    }
}
