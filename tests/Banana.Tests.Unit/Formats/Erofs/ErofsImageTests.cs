// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Buffers.Binary;
using Banana.Formats.Erofs;
using Banana.Foundation.Errors;
using Banana.Tests.Shared;

namespace Banana.Tests.Unit.Formats.Erofs;

public sealed class ErofsImageTests
{
    public static TheoryData<string> Names => [.. Golden.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void ListsWhatTheKernelListed(string name)
    {
        using var image = Golden.Open(Golden.Bytes(name));
        Assert.Equal(File.ReadAllLines(Path.Combine(Golden.Folder, "tree.txt")), ErofsListing.Of(image));
    }

    [Fact]
    public void ThereAreGoldenImages() => Assert.True(Golden.Names.Count() >= 11);

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryTruncationIsNamed(string name)
    {
        var bytes = Golden.Bytes(name);
        for (var length = 0; length < bytes.Length; length += 509)
        {
            var error = Assert.Throws<BananaException>(() => Golden.Open(bytes[..length]).Dispose());
            Assert.Equal(ExitCode.BadInput, error.Code);
            Assert.Equal("test.erofs", error.Where);
        }
    }

    [Fact]
    public void AWrongChecksumIsNamed()
    {
        var bytes = Golden.Bytes("plain");
        bytes[1024 + 50] ^= 1;
        Assert.Contains("checksum", Assert.Throws<BananaException>(() => Golden.Open(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownFeatureIsNewer()
    {
        var bytes = Golden.Bytes("plain");
        bytes[1024 + 81] |= 0x80;
        Golden.Seal(bytes);
        var error = Assert.Throws<BananaException>(() => Golden.Open(bytes));
        Assert.Equal(ExitCode.NewerFormat, error.Code);
        Assert.Contains("0x8000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADirectoryThatContainsItselfIsRefused()
    {
        var bytes = Golden.Bytes("plain");
        using var image = Golden.Open(bytes);
        var copy = image.Find("copy")!;

        // The entry of "copy/text" gets the number of "copy".
        var target = image.Find("copy/text")!.Nid;
        Span<byte> wanted = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, target);
        var data = bytes.AsSpan((int)copy.BodyPosition, (int)copy.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(data[data.IndexOf(wanted)..], copy.Nid);
        using var changed = Golden.Open(bytes);
        var error = Assert.Throws<BananaException>(() => changed.Walk(TestContext.Current.CancellationToken).Count());
        Assert.Contains("'copy/text' has a second name", error.Message, StringComparison.Ordinal);
    }

    // mkfs.erofs 1.9 writes no clusters of the second head, so an index is changed by hand: all heads become second ones, the algorithm too.
    [Fact]
    public void ClustersOfTheSecondHeadAreRead()
    {
        var bytes = Golden.Bytes("legacy");
        byte[] expected;
        using (var image = Golden.Open(bytes))
        {
            var inode = image.Find("text")!;
            expected = image.ReadAll(inode, 1 << 20);
            var header = (int)((inode.BodyPosition + 7) & ~7L);
            Assert.Equal(0, bytes[header + 6]);
            bytes[header + 6] = 0x0F;
            for (var entry = 0; entry < (inode.Size + 511) / 512; entry++)
            {
                var position = header + 16 + (entry * 8);
                bytes[position] |= (byte)((bytes[position] & 3) == 1 ? 2 : 0);
            }
        }

        using var changed = Golden.Open(bytes);
        Assert.Equal(expected, changed.ReadAll(changed.Find("text")!, 1 << 20));
    }

    [Fact]
    public void NamesThatAreNotUtf8StayDifferentAndCanBeTurnedBack()
    {
        byte[][] names = [[0x61, 0xFF], [0x61, 0xFE], [0xC3], [0xC3, 0xA9], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x8D, 0x8C], [0x5C, 0x78]];
        var texts = names.Select(name => ErofsName.Decode(name)).ToList();
        Assert.Equal(names.Length, texts.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(names, texts.Select(ErofsName.Encode));
        Assert.Equal(["a\\xff", "a\\xfe", "\\xc3", "é", "\\xed\\xa0\\x80", "🍌", "\\x"], texts.Select(ErofsName.Display));
        Assert.Equal("a\\x0ab", ErofsName.Display("a\nb"));
    }
}
