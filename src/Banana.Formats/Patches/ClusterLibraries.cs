// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Compression;
using Banana.Foundation.Errors;

namespace Banana.Formats.Patches;

/// <summary>The libraries that clusters are compressed with: those of this machine, or of the tree that packed the images.</summary>
/// <param name="Zstd">libzstd, if there is one.</param>
/// <param name="Lz4">liblz4, if there is one.</param>
public sealed record ClusterLibraries(ZstdLibrary? Zstd, Lz4Library? Lz4)
{
    private static readonly string[] Folders = ["usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib"];

    /// <summary>Those of the system; a missing one is left out.</summary>
    public static ClusterLibraries System() => new(Try(() => ZstdLibrary.System), Try(() => Lz4Library.System));

    /// <summary>Those of a tree (a workbench, a mounted image).</summary>
    public static ClusterLibraries Of(string root) =>
        new(Try(() => ZstdLibrary.Load(Find(root, "libzstd.so.1"))), Try(() => Lz4Library.Load(Find(root, "liblz4.so.1"))));

    /// <summary>The version of the library of an algorithm, or null when it is not there.</summary>
    public uint? VersionOf(ClusterAlgorithm algorithm) => algorithm switch
    {
        ClusterAlgorithm.Zstd => Zstd?.VersionNumber,
        ClusterAlgorithm.Lz4 => (uint?)Lz4?.VersionNumber,
        _ => null,
    };

    private static string Find(string root, string name) =>
        Folders.Select(folder => Path.Combine(root, folder, name)).FirstOrDefault(File.Exists) ?? Path.Combine(root, Folders[0], name);

    private static T? Try<T>(Func<T> load)
        where T : class
    {
        try
        {
            return load();
        }
        catch (BananaException error) when (error.Code == ExitCode.MissingTool)
        {
            return null;
        }
    }
}
