// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Workbenches;

namespace Banana.Bench.Delta.Pairs;

/// <summary>A way to pack a tree.</summary>
/// <param name="Name">Its name, and the folder of its images below a pair's; empty for ours.</param>
/// <param name="Options">The options of mkfs.erofs that make it what it is.</param>
internal sealed record ErofsLayout(string Name, IReadOnlyList<string> Options)
{
    private static readonly string[] ForDeltas = ["-E", "^inline_data", "--MZ=id"];

    private static readonly string[] Fixed = ["-b", "4096", "-T", "1700000000", "--ignore-mtime", "-U", "00000000-0000-4000-8000-000000000001"];

    /// <summary>What our releases have (<c>ImageTools.ErofsAsync</c>).</summary>
    public static ErofsLayout Ours { get; } = new("", ["-z", "zstd,level=3", "-C", "65536", .. ForDeltas]);

    /// <summary>What KDE Linux's releases have.</summary>
    public static ErofsLayout Kde { get; } = new("kde", ["-z", "zstd,level=3", "-C", "65536", "--chunksize=65536"]);

    /// <summary>Ours with the other compressor that a delta can make again.</summary>
    public static ErofsLayout Lz4Hc { get; } = new("lz4hc", ["-z", "lz4hc,level=9", "-C", "65536", .. ForDeltas]);

    /// <summary>All.</summary>
    public static IReadOnlyList<ErofsLayout> All { get; } = [Ours, Kde, Lz4Hc];

    /// <summary>Changes whenever the same tree would give another image.</summary>
    public string Recipe => Sha256Digest.Of(string.Join('\n', [.. Options, .. Fixed]))[..8];

    /// <summary>Packs a tree: fixed times and id, so that the same tree gives the same bytes.</summary>
    /// <param name="workbench">Where mkfs.erofs is.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task PackAsync(Workbench workbench, string tree, string image, CancellationToken cancellation) =>
        workbench.Enter(new Bind(tree, Writable: false), new Bind(Path.GetDirectoryName(image)!)).RunAsync(
            Command.Of("nice", ["-n", "10", "mkfs.erofs", "--quiet", .. Options, .. Fixed, image, tree]),
            cancellation);
}
