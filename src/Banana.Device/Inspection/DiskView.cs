// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Fat;
using Banana.Formats.Gpt;

namespace Banana.Device.Inspection;

/// <summary>A file of <c>EFI/Linux</c> as the boot loader sees it, and whether what it starts comes up.</summary>
public sealed record InspectedEntry
{
    /// <summary>The name of the file.</summary>
    public required string File { get; init; }

    /// <summary>The version that its os-release names; the boot loader sorts by it.</summary>
    public string? Version { get; init; }

    /// <summary>The name that its os-release sorts by.</summary>
    public string? SortKey { get; init; }

    /// <summary>How many tries are left; null: it is not counted.</summary>
    public int? Left { get; init; }

    /// <summary>How many tries were made.</summary>
    public int Done { get; init; }

    /// <summary>The root hash of the /usr that it starts; null: it names none.</summary>
    public string? RootHash { get; init; }

    /// <summary>Why it does not come up, as one line; null: its UKI and its slot are whole.</summary>
    public string? Problem { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Problem is null ? File : $"{File} ({Problem})";
}

/// <summary>What a machine finds on a disk when it is switched on.</summary>
public sealed record DiskView
{
    /// <summary>Why nothing can be started from this disk at all, as one line; null: it can be looked at.</summary>
    public string? Problem { get; init; }

    /// <summary>The partition table; null when there is none.</summary>
    public GptTable? Table { get; init; }

    /// <summary>The EFI system partition; null when it cannot be read.</summary>
    public FatVolume? Esp { get; init; }

    /// <summary>The SHA-256 of the boot loader at the path that firmware falls back to; null: it cannot be read.</summary>
    public string? Loader { get; init; }

    /// <summary>The entries that the boot loader has, in its order.</summary>
    public IReadOnlyList<InspectedEntry> Entries { get; init; } = [];

    /// <summary>Files that are named like entries, and that the boot loader passes over because it cannot read what it needs of them.</summary>
    public IReadOnlyList<InspectedEntry> PassedOver { get; init; } = [];

    /// <summary>
    /// What comes up when the machine is switched on as often as it takes: an entry that does not come up loses a try each time, if it is counted.
    /// </summary>
    /// <param name="failures">How many boots fail before.</param>
    /// <returns>The entry; null: the machine does not come up.</returns>
    public InspectedEntry? Boot(out int failures)
    {
        failures = 0;
        if (Problem is not null)
        {
            return null;
        }

        List<InspectedEntry> entries = [.. Entries];
        while (entries.Count > 0)
        {
            var first = entries[0];
            if (first.Problem is null)
            {
                return first;
            }

            failures++;
            if (first.Left is not > 0)
            {
                return null;
            }

            entries[0] = first with { Left = first.Left - 1, Done = first.Done + 1 };
            entries.Sort(BootLoaderOrder.Compare);
        }

        return null;
    }
}
