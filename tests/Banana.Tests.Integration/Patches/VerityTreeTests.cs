// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Storage;
using Banana.Formats.Verity;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Patches;

/// <summary>Our hash trees beside veritysetup's.</summary>
public sealed class VerityTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(16384)]
    [InlineData(16385)]
    public async Task The_tree_is_the_same_as_veritysetup_makes(int blocks)
    {
        using var folder = new TemporaryFolder();
        var (data, tree) = (folder.Combine("data"), folder.Combine("tree"));
        var content = new byte[blocks * VeritySuperblock.BlockSize];
        new Random(blocks).NextBytes(content.AsSpan(0, Math.Min(content.Length, 300_000)));
        await File.WriteAllBytesAsync(data, content, TestContext.Current.CancellationToken);
        var result = await WorkbenchTools.RunAsync(
            folder.Path, "veritysetup", ["format", data, tree, "--salt=00112233445566778899aabbccddeeff", "--uuid=6ba7b810-9dad-11d1-80b4-00c04fd430c8", $"--root-hash-file={folder.Combine("root")}"], TestContext.Current.CancellationToken);
        Assert.Equal(0, result.ExitCode);

        using var peer = ByteSource.OpenFile(tree);
        var superblock = VeritySuperblock.Read(peer);
        Assert.Equal((blocks, peer.Length), (superblock.DataBlocks, superblock.TreeSize));
        using var ours = new MemoryStream();
        var made = new VerityTree(superblock, ours);
        for (var offset = 0; offset < content.Length; offset += 1 << 20)
        {
            made.Append(content.AsSpan(offset, Math.Min(1 << 20, content.Length - offset)));
        }

        Assert.Equal(await File.ReadAllTextAsync(folder.Combine("root"), TestContext.Current.CancellationToken), Convert.ToHexStringLower(made.Finish()));
        var theirs = await File.ReadAllBytesAsync(tree, TestContext.Current.CancellationToken);
        Assert.True(theirs.AsSpan().SequenceEqual(ours.ToArray()), "the trees differ");
    }
}
