// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Terminal;
using Banana.Forge.Diff;
using Banana.Foundation.Progress;

namespace Banana.Cli.Diff;

/// <summary>A comparison as lines for people.</summary>
internal static class DiffReport
{
    private const int WidestName = 60;

    /// <summary>The lines.</summary>
    /// <param name="diff">The comparison.</param>
    /// <param name="titleA">What to call A.</param>
    /// <param name="titleB">What to call B.</param>
    /// <param name="fileLines">How many files to list at most: the largest ones then.</param>
    public static IEnumerable<string> Lines(ReleaseDiff diff, string titleA, string titleB, int fileLines)
    {
        IEnumerable<string> lines = [$"{Bold(titleA)} → {Bold(titleB)}"];
        if (diff.Identical)
        {
            return [.. lines, $"No difference: {diff.Files.Same.Count} files, {ByteSize.Format(diff.Files.Same.Bytes)}."];
        }

        return [.. lines, string.Empty, .. Packages(diff.Packages), string.Empty, .. Files(diff.Files, fileLines), string.Empty, .. Parts(diff)];
    }

    private static IEnumerable<string> Packages(PackageChanges? packages)
    {
        if (packages is null)
        {
            yield return $"{Bold("Packages")}  not known: one of the two has no package list";
            yield break;
        }

        yield return $"{Bold("Packages")}  {Counts(packages.Changes.Select(change => change.Change))} ({packages.CountA} → {packages.CountB})";
        var width = Width(packages.Changes.Select(change => change.Name));
        foreach (var change in packages.Changes)
        {
            var versions = change.Change == ChangeKind.Changed ? $"{change.VersionA} → {change.VersionB}" : change.VersionA ?? change.VersionB;
            yield return $"  {Mark(change.Change)} {change.Name.PadRight(width)}  {versions}";
        }
    }

    private static IEnumerable<string> Files(FileChanges files, int lines)
    {
        var changed = files.Changes.Where(change => change.Change == ChangeKind.Changed).ToList();
        yield return $"{Bold("Files")}     {Count(files.Added, "added")}, {Count(files.Removed, "removed")}, {changed.Count} changed"
            + (changed.Count > 0 ? $" ({Sizes(changed.Sum(change => change.SizeA ?? 0), changed.Sum(change => change.SizeB ?? 0))})" : string.Empty)
            + $", {files.Same.Count} same";

        // All in the order of their paths, or the largest ones first.
        var isCut = files.Changes.Count > lines;
        var shown = isCut ? [.. files.Changes.OrderByDescending(Weight).ThenBy(change => change.Path, StringComparer.Ordinal).Take(lines)] : files.Changes;
        var width = Width(shown.Select(change => change.Path));
        foreach (var change in shown)
        {
            var name = change.Type == "directory" ? change.Path + "/" : change.Path;
            yield return $"  {Mark(change.Change)} {name.PadRight(width)}  {Describe(change)}".TrimEnd();
        }

        if (isCut)
        {
            yield return lines == 0 ? $"  {files.Changes.Count} files (--files all lists them)" : $"  … {files.Changes.Count - lines} smaller ones (--files all lists them)";
        }
    }

    private static IEnumerable<string> Parts(ReleaseDiff diff)
    {
        yield return Bold("Sizes");
        var width = Math.Max(Width(diff.Parts.Select(part => part.Name)), "contents".Length);
        foreach (var part in diff.Parts)
        {
            var note = part.Identical == true ? "  same" : string.Empty;
            yield return $"    {part.Name.PadRight(width)}  {Sizes(part.SizeA, part.SizeB)}{note}";
        }

        yield return $"    {"contents".PadRight(width)}  {Sizes(diff.Files.TotalA.Bytes, diff.Files.TotalB.Bytes)}  ({diff.Files.TotalA.Count} → {diff.Files.TotalB.Count} files)";
    }

    private static string Describe(FileChange change)
    {
        var size = change switch
        {
            { Change: ChangeKind.Changed, SizeA: not null } or { Change: ChangeKind.Changed, SizeB: not null } => Sizes(change.SizeA, change.SizeB),
            { Type: "file" } => ByteSize.Format(Weight(change)),
            { Type: "directory" } => string.Empty,
            _ => change.Type,
        };
        var what = change.What is ["content"] ? string.Empty : string.Join(", ", change.What);
        return string.Join("  ", new[] { size, what }.Where(text => text.Length > 0));
    }

    private static long Weight(FileChange change) => Math.Max(change.SizeA ?? 0, change.SizeB ?? 0);

    private static string Count(FileTotal total, string word) => total.Count == 0 ? $"0 {word}" : $"{total.Count} {word} ({ByteSize.Format(total.Bytes)})";

    private static string Counts(IEnumerable<ChangeKind> changes)
    {
        var counts = changes.CountBy(change => change).ToDictionary();
        return $"{counts.GetValueOrDefault(ChangeKind.Added)} added, {counts.GetValueOrDefault(ChangeKind.Removed)} removed, {counts.GetValueOrDefault(ChangeKind.Changed)} changed";
    }

    private static string Sizes(long? a, long? b)
    {
        if (a is null || b is null)
        {
            return ByteSize.Format(a ?? b ?? 0) + (a is null ? " (new)" : " (gone)");
        }

        var change = b.Value - a.Value;
        return change == 0 ? ByteSize.Format(a.Value) : $"{ByteSize.Format(a.Value)} → {ByteSize.Format(b.Value)} ({(change > 0 ? "+" : "-")}{ByteSize.Format(Math.Abs(change))})";
    }

    private static int Width(IEnumerable<string> names) => Math.Min(WidestName, names.Select(name => name.Length).DefaultIfEmpty().Max());

    private static string Mark(ChangeKind change) => change switch
    {
        ChangeKind.Added => Paint("+", "32"),
        ChangeKind.Removed => Paint("-", "31"),
        _ => Paint("~", "33"),
    };

    private static string Bold(string text) => Paint(text, "1");

    // The report goes to standard output, which may be a file while a person watches standard error.
    private static string Paint(string text, string sgr) => Console.IsOutputRedirected ? text : TerminalOutput.Paint(text, sgr);
}
