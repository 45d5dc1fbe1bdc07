// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Erofs;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;
using Banana.Tests.Integration.Tools;
using Banana.Tests.Shared;

namespace Banana.Tests.Integration.Erofs;

/// <summary>Images of one random tree by mkfs.erofs 1.9 with each option that we use or might; our view must be the kernel's, file for file.</summary>
public sealed class ErofsOptionTests(ErofsOptionTests.Tree tree) : IClassFixture<ErofsOptionTests.Tree>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Not here, because mkfs.erofs 1.9.4 itself fails: -m with --MZ=id (a directory that neither the kernel nor fsck.erofs reads),
    // and --compress-hints with the number of an algorithm (it crashes).
    public static TheoryData<string> Options => new(
        "",
        "-E^inline_data",
        "-Enoinline_data -b512",
        "-b1024 -zlz4",
        "-zlz4",
        "-zlz4 -C16384",
        "-zlz4hc,9 -C65536 --MZ=id -E^inline_data",
        "-zlz4hc,12 -C1048576",
        "-zzstd,3 -C65536 -T1790000000 --all-time",
        "-zzstd,3 -C65536 --MZ=id -E^inline_data",
        "-zzstd,19 -C1048576 --MZ=i",
        "-zzstd,3 -C65536 -b4096 -T1790000000 --mkfs-time",
        "-zzstd,3 -C65536 --chunksize=65536",
        "-zlz4hc -Elegacy-compress",
        "-zlz4hc -Elegacy-compress,ztailpacking -C32768",
        "-zzstd -Eztailpacking -C65536",
        "-zlz4hc,9 -Eztailpacking",
        "-zlz4hc -Efragments -C65536",
        "-zzstd -Efragments,ztailpacking -C16384",
        "-zzstd -Eall-fragments,dedupe -C65536",
        "-zlz4 -Ededupe --exclude-regex=sizes/(sparse|zeros)",
        "-zlz4 -Eall-fragments -b512",
        "-zdeflate,9 -C65536",
        "-zzstd,3 --compress-hints=HINTS -C65536",
        "-zlz4hc --max-extent-bytes=8192",
        "-zzstd --zD=1",
        "-Eforce-inode-extended",
        "-Eforce-inode-compact --ignore-mtime --force-uid=7 --force-gid=9",
        "-Eforce-inode-compact -zlz4 -T1790000000 --all-time --all-root",
        "-Edot-omitted,48bit",
        "--chunksize=4096",
        "--chunksize=1048576 -Eforce-inode-blockmap",
        "--chunksize=65536 -Eforce-chunk-indexes",
        "-E48bit --chunksize=65536",
        "-E48bit -zlz4hc -C65536",
        "-E48bit -zzstd,3 -C65536 -Efragments",
        "-E48bit -zzstd -C65536 --max-extent-bytes=65536",
        "-E48bit -zlz4 -C4096 --max-extent-bytes=-4096",
        "-m4096:zstd -zzstd -C65536",
        "-m4096 -zlz4hc",
        "-m65536:zstd -zzstd -C65536 --MZ=i -Eall-fragments --xattr-prefix=user.own.",
        "-x1",
        "-x-1",
        "-x1 -zzstd --xattr-prefix=user.own. --xattr-prefix=trusted.over",
        "-x1 -Eplain-xattr-prefixes -Efragments -zzstd --xattr-prefix=user.own.random",
        "-Exattr-name-filter -Enosbcrc",
        "-U 11111111-2222-3333-4444-555555555555 -L label --all-root");

    [Theory]
    [MemberData(nameof(Options))]
    public async Task OurViewIsTheKernels(string options)
    {
        using var folder = new TemporaryFolder();
        var image = await tree.MakeImageAsync(folder, options, Cancellation);
        var (theirs, isKernel) = await KernelView.ReadAsync(folder, image, Cancellation);
        using var erofs = ErofsImage.Open(image);
        var ours = ErofsListing.Of(erofs);
        TestContext.Current.SendDiagnosticMessage("{0}: {1} files, {2} bytes, compared with {3}", options, ours.Count, erofs.Superblock.Size, isKernel ? "the kernel" : "fsck.erofs");
        Assert.Equal(theirs, isKernel ? ours : ErofsListing.WithoutDirectorySizes(ours));
        Assert.True(ours.Count > 2100);
    }

    [Fact]
    public async Task SeekingGivesTheSameBytesAsReadingOn()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        foreach (var options in new[] { "-zzstd -C65536", "-zlz4 -Eall-fragments,dedupe", "-E48bit -zlz4 -C4096 --max-extent-bytes=-4096", "--chunksize=4096", "-E48bit -zzstd -C65536" })
        {
            using var erofs = ErofsImage.Open(await tree.MakeImageAsync(folder, options, Cancellation));
            foreach (var name in new[] { "sizes/mixed", "sizes/sparse", "sizes/text-1048576" })
            {
                var expected = await File.ReadAllBytesAsync(Path.Combine(tree.Root, name), Cancellation);
                using var stream = erofs.OpenRead(erofs.Find(name)!);
                Assert.Equal(expected.Length, stream.Length);
                for (var i = 0; i < 60; i++)
                {
                    var offset = random.Next(expected.Length);
                    var buffer = new byte[random.Next(1, 20_000)];
                    stream.Position = offset;
                    var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, Cancellation);
                    Assert.Equal(expected.AsSpan(offset, count), buffer.AsSpan(0, count));
                    Assert.Equal(Math.Min(buffer.Length, expected.Length - offset), count);
                }
            }
        }
    }

    [Fact]
    public async Task NamesAreFoundInLargeDirectories()
    {
        using var folder = new TemporaryFolder();
        using var erofs = ErofsImage.Open(await tree.MakeImageAsync(folder, "-zlz4", Cancellation));
        foreach (var entry in erofs.ReadDirectory(erofs.Find("/many")!))
        {
            Assert.Equal(entry.Nid, erofs.Find($"many/{entry.Name}")!.Nid);
            Assert.Null(erofs.Find($"many/{entry.Name}!"));
        }

        Assert.NotNull(erofs.Find("names/🍌"));
        Assert.Null(erofs.Find("many/" + new string('z', 60)));
        Assert.Null(erofs.Find("many/!"));
        Assert.Null(erofs.Find("sizes/text-1/x"));
    }

    [Fact]
    public async Task AnImageInAPartOfAFileIsRead()
    {
        using var folder = new TemporaryFolder();
        var image = await File.ReadAllBytesAsync(await tree.MakeImageAsync(folder, "-zzstd", Cancellation), Cancellation);
        var disk = folder.Combine("disk");
        await File.WriteAllBytesAsync(disk, [.. new byte[123 * 512], .. image, .. new byte[5000]], Cancellation);
        using var whole = ByteSource.OpenFile(disk);
        using var erofs = ErofsImage.Open(whole.Window(123 * 512, image.Length + 4096, "the partition usr"));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(tree.Root, "sizes/mixed"), Cancellation), erofs.ReadAll(erofs.Find("sizes/mixed")!, 1 << 20));
    }

    [Fact]
    public async Task LzmaIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        using var erofs = ErofsImage.Open(await tree.MakeImageAsync(folder, "-zlzma", Cancellation));
        var error = Assert.Throws<BananaException>(() => erofs.ReadAll(erofs.Find("sizes/text-65536")!, 1 << 20));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("LZMA", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FurtherDevicesAreRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var image = await tree.MakeImageAsync(folder, "--chunksize=65536 --blobdev=BLOB", Cancellation);
        var error = Assert.Throws<BananaException>(() => ErofsImage.Open(image));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("device", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The tree that all images are made of.</summary>
    public sealed class Tree : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        public Tree() => new RandomTree(Root, seed: 20261121).Make();

        public string Root => folder.Combine("tree");

        public void Dispose() => folder.Dispose();

        internal async Task<string> MakeImageAsync(TemporaryFolder target, string options, CancellationToken cancellation)
        {
            var image = folder.Combine("image.erofs");
            var (hints, blob) = (folder.Combine("hints"), folder.Combine("blob"));
            await File.WriteAllTextAsync(hints, "16384 sizes/.*\n", cancellation);
            await File.WriteAllTextAsync(blob, string.Empty, cancellation);
            var arguments = options.Replace("HINTS", hints, StringComparison.Ordinal).Replace("BLOB", blob, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            await WorkbenchTools.RunAsync(folder.Path, "mkfs.erofs", [.. arguments, "--quiet", image, Root], cancellation);
            var moved = target.Combine($"{Random.Shared.Next():x}.erofs");
            File.Move(image, moved);
            return moved;
        }
    }
}
