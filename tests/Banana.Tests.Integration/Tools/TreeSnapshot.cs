// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases.Files;
using Banana.Foundation.Hashing;

namespace Banana.Tests.Integration.Tools;

/// <summary>Everything about the files of a tree that an image would hold.</summary>
internal static class TreeSnapshot
{
    /// <summary>A line for each path: type and mode, owner, time, number of links, extended attributes, contents.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <param name="directoryTimes">Whether the times of directories count.</param>
    public static async Task<SortedDictionary<string, string>> TakeAsync(string tree, CancellationToken cancellation, bool directoryTimes = true)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in TreeWalk.Below(tree))
        {
            var status = Posix.Stat(entry.FullName);
            var content = entry switch
            {
                { LinkTarget: { } target } => "-> " + target,
                FileInfo when (status.Mode & 0xf000) == 0x8000 => await Sha256Digest.OfFileAsync(entry.FullName, cancellation),
                _ => string.Empty,
            };
            var attributes = string.Join(' ', Posix.Xattrs(entry.FullName).Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value)}"));
            var isDirectory = (status.Mode & 0xf000) == 0x4000;
            var (links, time) = (isDirectory ? 0 : status.LinkCount, isDirectory && !directoryTimes ? 0 : status.Seconds);
            all[entry.FullName[tree.Length..]] = $"{Convert.ToString(status.Mode, 8)} {status.Owner}:{status.Group} {time} {links} {attributes} {content}";
        }

        return all;
    }

    /// <summary>The paths that differ, with what they are on both sides; empty when none does.</summary>
    public static IReadOnlyList<string> Differences(SortedDictionary<string, string> a, SortedDictionary<string, string> b) =>
        [.. a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).Where(path => a.GetValueOrDefault(path) != b.GetValueOrDefault(path)).Select(path => $"{path}: {a.GetValueOrDefault(path, "(none)")} | {b.GetValueOrDefault(path, "(none)")}")];
}
