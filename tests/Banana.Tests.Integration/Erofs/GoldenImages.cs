// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Foundation.Files;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Erofs;

/// <summary>Makes the small images that the unit tests read, with mkfs.erofs of the workbench and the kernel's listing of them.</summary>
public sealed class GoldenImages
{
    private static readonly (string Name, string Options)[] Images =
    [
        ("plain", "-b512"),
        ("lz4", "-b512 -zlz4hc -C4096"),
        ("zstd", "-b512 -zzstd,3 -C65536 --MZ=id -E^inline_data"),
        ("legacy", "-b512 -zlz4 -Elegacy-compress,ztailpacking"),
        ("tails", "-b512 -zzstd -C2048 -Eztailpacking,fragments"),
        ("fragments", "-b512 -zlz4 -Eall-fragments,dedupe"),
        ("chunks", "-b512 --chunksize=1024"),
        ("indexes", "-b512 --chunksize=2048 -Eforce-chunk-indexes"),
        ("wide", "-b512 -E48bit -zlz4 -C4096"),
        ("deflate", "-b512 -zdeflate -x1 --xattr-prefix=user.pre. -Eplain-xattr-prefixes"),

        // Without shared attributes: Linux 6.18 leaves some out in an image with a metabox.
        ("metabox", "-b512 -m2048 -zlz4 -C2048 -x9 --xattr-prefix=user.pre."),
    ];

    /// <summary>Not a test: run it by <c>-explicit only -class Banana.Tests.Integration.Erofs.GoldenImages</c> when the images have to change.</summary>
    [Fact(Explicit = true)]
    public async Task Make()
    {
        using var folder = new TemporaryFolder();
        var tree = folder.Combine("tree");
        MakeTree(tree);
        var golden = Path.Combine(Checkout(), "tests/Banana.Tests.Unit/Formats/Erofs/golden");
        List<string>? listing = null;
        foreach (var (name, options) in Images)
        {
            var image = folder.Combine($"{name}.erofs");
            string[] arguments = [.. options.Split(' '), "-U", "00000000-0000-4000-8000-000000000001", "--quiet", image, tree];
            await WorkbenchTools.RunAsync(folder.Path, "mkfs.erofs", arguments, TestContext.Current.CancellationToken);
            var (lines, isKernel) = await KernelView.ReadAsync(folder, image, TestContext.Current.CancellationToken);
            Assert.True(isKernel, $"the kernel does not mount {name}");
            listing ??= lines;
            Assert.Equal(listing, lines);
            File.Copy(image, Path.Combine(golden, $"{name}.erofs"), overwrite: true);
        }

        await File.WriteAllLinesAsync(Path.Combine(golden, "tree.txt"), listing!, TestContext.Current.CancellationToken);
    }

    /// <summary>Not a test: makes the disk of the unit tests of GPT, with sfdisk of the workbench.</summary>
    [Fact(Explicit = true)]
    public async Task MakeDisk()
    {
        const string Script = """
            label: gpt
            label-id: 11111111-1111-4111-8111-111111111111
            first-lba: 34
            start=40, size=16, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, name="esp", uuid=22222222-2222-4222-8222-222222222222
            start=56, size=8, type=8484680c-9521-48c6-9c11-b0720656f69e, name="_empty", uuid=33333333-3333-4333-8333-333333333333
            start=64, size=1, type=8484680c-9521-48c6-9c11-b0720656f69e, name="banana_20261121.1 ü", uuid=44444444-4444-4444-8444-444444444444, attrs="GUID:60"
            """;
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Combine("script"), Script + "\n", TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.Combine("disk.raw"), new byte[100 * 512], TestContext.Current.CancellationToken);
        await WorkbenchTools.RunAsync(folder.Path, "sh", ["-c", $"sfdisk --quiet {folder.Combine("disk.raw")} < {folder.Combine("script")}"], TestContext.Current.CancellationToken);
        File.Copy(folder.Combine("disk.raw"), Path.Combine(Checkout(), "tests/Banana.Tests.Unit/Formats/Gpt/golden/disk.raw"), overwrite: true);
    }

    private static string Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Banana.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the test program does not lie in the checkout");
        }

        return folder.FullName;
    }

    private static void MakeTree(string tree)
    {
        var random = new Random(1);
        Write("hello", "Hello, banana!\n"u8.ToArray());
        Write("text", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 700).Select(i => $"line {i * i} of the text\n"))));
        Write("copy/text", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 300).Select(i => $"line {i * i} of the text\n"))));
        var noise = new byte[2500];
        random.NextBytes(noise);
        Write("noise", noise);
        Write("mixed", [.. new byte[3000], .. noise.AsSpan(0, 700), .. new byte[1000]]);
        Write("empty", []);
        for (var i = 0; i < 40; i++)
        {
            Write($"many/file-{i}", Encoding.ASCII.GetBytes($"{i}"));
        }

        Write("names/späße 🍌", []);
        File.CreateSymbolicLink(Path.Combine(tree, "link"), "names/späße 🍌");
        UnixFile.HardLink(Path.Combine(tree, "text"), Path.Combine(tree, "many/hard"));
        Posix.MakeNode(Path.Combine(tree, "null"), 0x2000 | 0x1B6, 1, 3);
        Posix.SetXattr(Path.Combine(tree, "hello"), "user.pre.one", "1"u8.ToArray());
        Posix.SetXattr(Path.Combine(tree, "text"), "user.pre.one", "1"u8.ToArray());
        Posix.SetXattr(Path.Combine(tree, "noise"), "user.pre.one", "1"u8.ToArray());
        Posix.SetXattr(Path.Combine(tree, "noise"), "trusted.two", "22"u8.ToArray());
        Posix.SetXattr(Path.Combine(tree, "noise"), "security.three", noise[..300]);
        UnixFile.SetOwner(Path.Combine(tree, "hello"), 70_000, 5);
        foreach (var path in Directory.GetFileSystemEntries(tree, "*", SearchOption.AllDirectories).Append(tree))
        {
            Posix.SetTime(path, 1_790_000_000, path.EndsWith("hello", StringComparison.Ordinal) ? 5 : 0);
        }

        void Write(string path, byte[] content)
        {
            var full = Path.Combine(tree, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, content);
        }
    }
}
