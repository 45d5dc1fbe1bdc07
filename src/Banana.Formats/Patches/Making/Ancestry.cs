// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Formats.Patches.Making;

/// <summary>Finds for a file of the new image the one of the old image that it most likely came from.</summary>
internal sealed class Ancestry
{
    private readonly Dictionary<string, ImageFile> byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ImageFile>> byLikeness = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ImageFile>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, ImageFile> ofNew = [];

    /// <summary>Pairs all files of the new image.</summary>
    public Ancestry(IReadOnlyList<ImageFile> oldFiles, IReadOnlyList<ImageFile> newFiles)
    {
        foreach (var file in oldFiles)
        {
            _ = byPath.TryAdd(file.Path, file);
            Add(byLikeness, WithoutVersions(file.Path), file);
            Add(byName, WithoutVersions(NameOf(file.Path)), file);
        }

        foreach (var file in newFiles)
        {
            if (FindFor(file) is { } ancestor)
            {
                ofNew[file.Nid] = ancestor;
            }
        }
    }

    /// <summary>The old file of a new one, or null.</summary>
    public ImageFile? Of(ulong newNid) => ofNew.GetValueOrDefault(newNid);

    // libfoo.so.6.1.0 came from libfoo.so.6.0.9, python3.13/x.py from python3.12/x.py: digits do not count.
    private static string WithoutVersions(string path) => string.Create(path.Length, path, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = char.IsAsciiDigit(source[i]) ? '0' : source[i];
        }
    }).Replace("00", "0", StringComparison.Ordinal).Replace("00", "0", StringComparison.Ordinal).Replace("0.0", "0", StringComparison.Ordinal).Replace("0.0", "0", StringComparison.Ordinal);

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static void Add(Dictionary<string, List<ImageFile>> table, string key, ImageFile file)
    {
        if (!table.TryGetValue(key, out var list))
        {
            table[key] = list = [];
        }

        list.Add(file);
    }

    private ImageFile? FindFor(ImageFile file)
    {
        if (byPath.TryGetValue(file.Path, out var same))
        {
            return same;
        }

        if (byLikeness.TryGetValue(WithoutVersions(file.Path), out var alike))
        {
            return Closest(alike, file);
        }

        // A name that many files have (index.html, __init__.py) says nothing.
        return byName.TryGetValue(WithoutVersions(NameOf(file.Path)), out var named) && named.Count <= 4 ? Closest(named, file) : null;
    }

    private static ImageFile Closest(List<ImageFile> candidates, ImageFile file) => candidates.MinBy(candidate => Math.Abs(candidate.Size - file.Size))!;
}
