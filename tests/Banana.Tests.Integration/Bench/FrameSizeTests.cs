// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Bound;
using Banana.Formats.Patches;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bench;

/// <summary>The bound of the benchmark is computed by the library; it must be what the real program writes.</summary>
public sealed class FrameSizeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(16 << 10)]
    [InlineData(100_000)]
    [InlineData(256 << 10)]
    [InlineData(9_000_000)]
    public async Task Sizes_are_those_of_the_program(int length)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (old, contents) = (Words(length, seed: 1), Words(length, seed: 1));
        Words(length / 10, seed: 2).CopyTo(contents, length / 3);
        var (oldFile, newFile) = (Path.Combine(folder.Path, "old"), Path.Combine(folder.Path, "new"));
        await File.WriteAllBytesAsync(oldFile, old, cancellation);
        await File.WriteAllBytesAsync(newFile, contents, cancellation);
        var zstd = ClusterLibraries.Of((await PeerTools.WorkbenchAsync()).Root).Zstd!;

        // The program feeds the library piece by piece: blocks may end elsewhere, which is worth a byte.
        const int Difference = 8;
        var (whole, patch) = (await SizeAsync("-19", newFile, cancellation), await SizeAsync($"-19 --patch-from={oldFile}", newFile, cancellation));
        Assert.InRange(FrameSize.Whole(zstd, contents), whole - Difference, whole + Difference);
        Assert.InRange(FrameSize.Patch(zstd, contents, old), patch - Difference, patch + Difference);
    }

    private async Task<long> SizeAsync(string options, string file, CancellationToken cancellation)
    {
        var output = Path.Combine(folder.Path, "out.zst");
        await PeerTools.RunAsync(folder.Path, "zstd", ["--quiet", "--force", "--single-thread", .. options.Split(' '), file, "-o", output], cancellation);
        return new FileInfo(output).Length;
    }

    /// <summary>Contents that compress as text does.</summary>
    private static byte[] Words(int length, int seed)
    {
        var random = new Random(seed);
        var words = Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, random.Next(2, 10)).Select(_ => (byte)random.Next('a', 'z')).Append((byte)' ').ToArray()).ToList();
        using var text = new MemoryStream();
        while (text.Length < length)
        {
            text.Write(words[random.Next(words.Count)]);
        }

        return text.ToArray()[..length];
    }
}
