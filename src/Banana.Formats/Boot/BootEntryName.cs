// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Banana.Formats.Release;

namespace Banana.Formats.Boot;

/// <summary>
/// The file name of a release's UKI in <c>EFI/Linux</c>: <c>ID_VERSION.efi</c>, and with a counter <c>ID_VERSION+LEFT-DONE.efi</c>
/// ("banana_20261125.1+2-1.efi": two tries are left, one was made). systemd-boot takes a try off by renaming the file before it starts it.
/// Source: Boot Loader Specification, "Boot counting".
/// </summary>
/// <param name="Id">The system's ID in os-release(5).</param>
/// <param name="Version">The release.</param>
/// <param name="Left">How many tries are left; null: not counted, the release is blessed.</param>
/// <param name="Done">How many tries were made; 0 without a counter.</param>
public sealed partial record BootEntryName(string Id, ReleaseVersion Version, int? Left = null, int Done = 0)
{
    /// <summary>The folder of the entries on the EFI system partition.</summary>
    public const string Folder = "EFI/Linux";

    /// <summary>Whether the tries are spent without a blessing: systemd-boot takes such an entry only when no other is left.</summary>
    public bool IsBad => Left == 0;

    /// <summary>The entry as it is with so many tries and none made: a new release, or one whose blessing is taken away.</summary>
    public BootEntryName Armed(int tries) => this with { Left = tries, Done = 0 };

    /// <summary>The entry as it is once its release was found good.</summary>
    public BootEntryName Blessed() => this with { Left = null, Done = 0 };

    /// <summary>The entry as it is when it must not be started again of itself: no try is left, as if it had failed.</summary>
    public BootEntryName Spent() => this with { Left = 0, Done = Math.Max(1, Done) };

    /// <summary>Reads a name. Only what we and systemd-boot write is taken; the file systems of an EFI partition have no case, so neither has the extension.</summary>
    public static bool TryParse(string? file, [NotNullWhen(true)] out BootEntryName? name)
    {
        name = null;
        if (file is null || Pattern().Match(file) is not { Success: true } match || !ReleaseVersion.TryParse(match.Groups["version"].Value, out var version))
        {
            return false;
        }

        int? left = null;
        var done = 0;
        if (match.Groups["left"] is { Success: true } counter)
        {
            if (!int.TryParse(counter.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var tries)
                || (match.Groups["done"] is { Success: true } made && !int.TryParse(made.Value, NumberStyles.None, CultureInfo.InvariantCulture, out done)))
            {
                return false;
            }

            left = tries;
        }

        name = new(match.Groups["id"].Value, version, left, done);
        return true;
    }

    /// <summary>
    /// The entries in the order in which systemd-boot prefers them: those whose tries are spent last, else the newest first. Its own order
    /// has more keys (sort-key, machine-id), which are the same for all releases of a system. Source: systemd 262, boot.c, <c>boot_entry_compare</c>.
    /// </summary>
    public static IReadOnlyList<BootEntryName> InBootOrder(IEnumerable<BootEntryName> entries) =>
        [.. entries.OrderBy(entry => entry.IsBad).ThenByDescending(entry => entry.Version)];

    /// <summary>The file name.</summary>
    public override string ToString() => Left switch
    {
        null => $"{Id}_{Version}.efi",
        { } left when Done == 0 => $"{Id}_{Version}+{left}.efi",
        { } left => $"{Id}_{Version}+{left}-{Done}.efi",
    };

    [GeneratedRegex(@"^(?<id>[a-z0-9][a-z0-9._-]*)_(?<version>[0-9]{8}\.[0-9]{1,10})(\+(?<left>[0-9]{1,10})(-(?<done>[0-9]{1,10}))?)?\.(efi|EFI)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
