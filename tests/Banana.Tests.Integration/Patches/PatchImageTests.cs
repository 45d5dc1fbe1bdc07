// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Security.Cryptography;
using System.Text;
using Banana.Formats.Patches;
using Banana.Formats.Patches.Applying;
using Banana.Formats.Patches.Making;
using Banana.Formats.Storage;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Patches;

/// <summary>Patches between images that the real mkfs.erofs packs, for each compressor, with everything that can happen to a file.</summary>
public sealed class PatchImageTests
{
    [Theory]
    [InlineData("zstd,level=3", ClusterAlgorithm.Zstd, 3, 19)]
    [InlineData("lz4hc,level=9", ClusterAlgorithm.Lz4, 9, 0)]
    [InlineData("lz4", ClusterAlgorithm.Lz4, 0, 0)]
    public async Task Every_cluster_is_compressed_again_to_the_same_bytes(string compressor, ClusterAlgorithm algorithm, byte level, byte window)
    {
        using var folder = new TemporaryFolder();
        Tree(folder.Combine("old"), isNew: false);
        Tree(folder.Combine("new"), isNew: true);
        foreach (var name in new[] { "old", "new" })
        {
            var packed = await WorkbenchTools.RunAsync(
                folder.Path, "mkfs.erofs",
                ["--quiet", "-z", compressor, "-C", "65536", "-b", "4096", "-E", "^inline_data", "--MZ=id", "-T", "1700000000", "--ignore-mtime", "-U", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", folder.Combine(name + ".erofs"), folder.Combine(name)],
                TestContext.Current.CancellationToken);
            Assert.Equal(0, packed.ExitCode);
        }

        var libraries = ClusterLibraries.Of((await WorkbenchTools.WorkbenchAsync()).Root);
        using var old = ByteSource.OpenFile(folder.Combine("old.erofs"));
        using var target = ByteSource.OpenFile(folder.Combine("new.erofs"));
        using var patch = new MemoryStream();
        var options = new PatchOptions { Libraries = libraries, Codecs = [new(algorithm, level, window, libraries.VersionOf(algorithm)!.Value)], Level = 9 };
        var statistics = PatchMaker.Make(old, target, patch, options, TestContext.Current.CancellationToken);
        Assert.Equal(0, statistics.LiteralClusters);
        Assert.True(statistics.Clusters > 20, $"only {statistics.Clusters} clusters changed");
        Assert.True(statistics.CopiedBlocks > 100, $"only {statistics.CopiedBlocks} blocks are copied");

        // New are two texts, 200 kB of noise and a few bytes here and there: everything else is there already.
        Assert.InRange(patch.Length, 200_000, 260_000);

        patch.Position = 0;
        using var output = new MemoryStream();
        var header = PatchHeader.Read(patch, "patch");
        using var applier = new PatchApplier(old, header, patch, "patch", libraries);
        applier.Apply(output, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllBytesAsync(folder.Combine("new.erofs"), TestContext.Current.CancellationToken), output.ToArray());
        Assert.Equal(header.NewDigest.ToArray(), SHA256.HashData(output.GetBuffer().AsSpan(0, (int)output.Length)));
    }

    // Unchanged, changed, moved, renamed with its version, new and gone files; one larger than what is referred to as a whole.
    private static void Tree(string root, bool isNew)
    {
        for (var i = 0; i < 40; i++)
        {
            Write(root, $"lib/same-{i}", Text(i, 30_000 + (i * 1000)));
            Write(root, $"share/changed-{i}", Edit(Text(100 + i, 20_000 + (i * 3000)), isNew ? i + 1 : 0));
        }

        Write(root, isNew ? "bin/moved" : "old/place/moved", Edit(Text(200, 400_000), isNew ? 5 : 0));
        Write(root, $"lib/libthing.so.6.{(isNew ? "11.10" : "9.2")}", Edit(Text(201, 700_000), isNew ? 9 : 0));
        Write(root, "lib/large", Edit(Text(202, 12 << 20), isNew ? 30 : 0));
        Write(root, "firmware/noise", Noise(1, 300_000));
        if (isNew)
        {
            Write(root, "new/text", Text(300, 1000));
            Write(root, "new/noise", Noise(2, 200_000));
        }
        else
        {
            Write(root, "gone/text", Text(301, 90_000));
        }
    }

    private static void Write(string root, string path, byte[] content)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    // Bytes that are put in move all that follows.
    private static byte[] Edit(byte[] content, int edits)
    {
        var bytes = new List<byte>(content);
        for (var i = 1; i <= edits; i++)
        {
            bytes.InsertRange((int)((long)content.Length * i / (edits + 1)), Encoding.ASCII.GetBytes($"<edit {i}>"));
        }

        return [.. bytes];
    }

    private static byte[] Text(int seed, int length)
    {
        var random = new Random(seed);
        var text = new StringBuilder(length + 16);
        while (text.Length < length)
        {
            text.Append(random.Next(5000).ToString("x")).Append(random.Next(8) == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    private static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
