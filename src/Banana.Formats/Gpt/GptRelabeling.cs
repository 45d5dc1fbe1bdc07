// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Formats.Gpt;

/// <summary>What a partition is called from now on.</summary>
/// <param name="Number">The partition, by its number from 1.</param>
/// <param name="Label">Its label (PARTLABEL), at most 36 UTF-16 units.</param>
/// <param name="Id">Its identifier (PARTUUID); no other partition's.</param>
public sealed record GptName(int Number, string Label, Guid Id);

/// <summary>
/// Gives partitions of a disk in use other labels and identifiers, so that a power cut at any point leaves the old or the new table, never
/// none. Both copies are written whole, one after the other, with a flush behind each. The copy that is read, the first unless it is damaged,
/// is written last, so that there is a whole one whatever a cut leaves of the one at work.
/// </summary>
public static class GptRelabeling
{
    private const int IdAt = 16;
    private const int LabelAt = 56;
    private const int LabelSize = 72;

    /// <summary>Works out the writes; nothing is written.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="names">The partitions to name.</param>
    /// <returns>Groups of writes; the disk is flushed behind each group before the next begins. Empty: all have their names, in both copies.</returns>
    /// <exception cref="BananaException">Both copies are damaged, a partition is not there, a label is too long, or two partitions would have the same identifier.</exception>
    public static IReadOnlyList<IReadOnlyList<DiskWrite>> Plan(ByteSource disk, IReadOnlyCollection<GptName> names)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(names);
        var table = GptTable.Read(disk);
        var first = GptCopy.TryRead(disk, 1);
        var last = GptCopy.TryRead(disk, GptCopy.LastSector(disk));

        // GptTable.Read found one of them whole.
        var read = (first ?? last)!;
        var renamed = read.With(Rename(read, table, names, disk.Name));
        var other = renamed.AsOther(Place(first, last, renamed));
        var isDone = first is not null && last is not null && first.Entries.AsSpan().SequenceEqual(renamed.Entries) && last.Entries.AsSpan().SequenceEqual(renamed.Entries);
        return isDone ? [] : [other.ToWrites(), renamed.ToWrites()];
    }

    // The entries of the copy at the end lie before its header, as they must where the last usable sector ends before them.
    private static long Place(GptCopy? first, GptCopy? last, GptCopy renamed) => (first, last) switch
    {
        (not null, not null) => last.TableSector,
        (null, _) => 2,
        _ => renamed.OtherSector - ((renamed.Entries.Length + GptTable.SectorSize - 1) / GptTable.SectorSize),
    };

    private static byte[] Rename(GptCopy copy, GptTable table, IReadOnlyCollection<GptName> names, string disk)
    {
        var renamed = copy.With([.. copy.Entries]);
        foreach (var name in names)
        {
            if (table.Partitions.All(partition => partition.Number != name.Number))
            {
                throw new BananaException(ExitCode.BadInput, $"there is no partition {name.Number}", disk, "look at the disk with 'sfdisk --dump'");
            }

            var bytes = Encoding.Unicode.GetBytes(name.Label);
            if (bytes.Length > LabelSize)
            {
                throw new BananaException(ExitCode.BadInput, $"'{name.Label}' is longer than the 36 characters of a partition label", disk, "use a shorter id or version");
            }

            var entry = renamed.Entry(name.Number);
            name.Id.TryWriteBytes(entry[IdAt..]);
            entry.Slice(LabelAt, LabelSize).Clear();
            bytes.CopyTo(entry[LabelAt..]);
        }

        var ids = table.Partitions.Select(partition => names.LastOrDefault(name => name.Number == partition.Number)?.Id ?? partition.Id).ToList();
        return ids.Distinct().Count() == ids.Count
            ? renamed.Entries
            : throw new BananaException(ExitCode.BadInput, "two partitions would have the same identifier", disk, "the release is in another slot already");
    }
}
