// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.Disks;
using Banana.Formats.Gpt;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Device.Slots;

/// <summary>The partitions of a device, found by type and label, never by number or name of a device (docs/device.md).</summary>
/// <param name="Slots">The slots, in the order of the disk.</param>
/// <param name="State">The partition of the state area; null on a disk without one.</param>
public sealed record DiskLayout(IReadOnlyList<Slot> Slots, GptPartition? State)
{
    /// <summary>The label of the state area's partition.</summary>
    public const string StateLabel = "banana-state";

    /// <summary>Reads the partition table.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="id">The system's ID in os-release(5), with which labels begin.</param>
    /// <exception cref="BananaException">There is no table, or the image and the trees of slots do not pair.</exception>
    public static DiskLayout Read(BlockDisk disk, string id)
    {
        var partitions = GptTable.Read(disk).Partitions;
        var images = partitions.Where(partition => partition.Type == GptPartitionType.UsrX8664).ToList();
        var trees = partitions.Where(partition => partition.Type == GptPartitionType.UsrVerityX8664).ToList();
        if (images.Count == 0 || images.Count != trees.Count)
        {
            throw new BananaException(ExitCode.BadInput, $"the disk has {images.Count} partitions for /usr and {trees.Count} for verity trees: no slots", disk.Name, "install the system again on this disk");
        }

        return new(
            [.. images.Zip(trees).Select((pair, place) => new Slot(place + 1, pair.First, pair.Second, VersionOf(pair.First, pair.Second, id)))],
            partitions.FirstOrDefault(partition => partition.Label == StateLabel));
    }

    // A label that we did not write, or a half-named slot, names no release: what is in it cannot be started by it.
    private static ReleaseVersion? VersionOf(GptPartition image, GptPartition tree, string id) =>
        image.Label == tree.Label && image.Label.StartsWith(id + "_", StringComparison.Ordinal) && ReleaseVersion.TryParse(image.Label[(id.Length + 1)..], out var version) ? version : null;
}
