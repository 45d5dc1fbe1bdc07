// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Formats.Boot;

namespace Banana.Device.Inspection;

/// <summary>
/// What systemd-boot takes for an entry, and in which order. Source: systemd 262, src/boot/boot.c: <c>config_load_type2_entries</c>,
/// <c>boot_entry_parse_tries</c>, <c>boot_entry_compare</c>. Unlike <see cref="BootEntryName"/> it takes any name that systemd-boot takes.
/// </summary>
internal static class BootLoaderOrder
{
    private const string Extension = ".efi";

    /// <summary>Whether a file is one that it looks into.</summary>
    public static bool IsCandidate(string file) =>
        file[0] != '.' && file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && !file.StartsWith("auto-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The counter in a name.</summary>
    public static (int? Left, int Done) Tries(string file)
    {
        // Behind the last plus: "+LEFT.efi" or "+LEFT-DONE.efi"; everything else is no counter.
        var plus = file.LastIndexOf('+');
        if (plus < 0 || !file.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            return (null, 0);
        }

        var counter = file[(plus + 1)..^Extension.Length].Split('-');
        return counter.Length <= 2 && Number(counter[0]) is { } left && (counter.Length == 1 ? 0 : Number(counter[1])) is { } done ? (left, done) : (null, 0);

        static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>The order; what comes first is started.</summary>
    public static int Compare(InspectedEntry a, InspectedEntry b)
    {
        int[] keys =
        [
            (a.Left == 0).CompareTo(b.Left == 0),
            (a.SortKey is null).CompareTo(b.SortKey is null),
            a.SortKey is null || b.SortKey is null ? 0 : string.CompareOrdinal(a.SortKey, b.SortKey),
            a.SortKey is null || b.SortKey is null ? 0 : -VersionOrder.Instance.Compare(a.Version, b.Version),
            -VersionOrder.Instance.Compare(IdOf(a), IdOf(b)),

            // Of one release, the one with more tries; without a counter is fewer than none.
            (b.Left ?? -1).CompareTo(a.Left ?? -1),
            a.Done.CompareTo(b.Done),
        ];
        return keys.FirstOrDefault(key => key != 0);
    }

    // The name without its counter, as systemd-boot calls the entry.
    private static string IdOf(InspectedEntry entry)
    {
        var plus = entry.Left is null ? -1 : entry.File.LastIndexOf('+');
        return plus < 0 ? entry.File.ToLowerInvariant() : entry.File[..plus].ToLowerInvariant() + Extension;
    }
}
