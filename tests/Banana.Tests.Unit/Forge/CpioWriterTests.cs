// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Forge.Initrd;
using Banana.Forge.Trees;

namespace Banana.Tests.Unit.Forge;

public sealed class CpioWriterTests
{
    [Fact]
    public async Task The_archive_is_the_same_whatever_the_order_and_time_of_the_files()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        one.With("a", "1").With("b/c", "22").WithLink("l", "b/c");
        two.WithLink("l", "b/c").With("b/c", "22").With("a", "1");
        File.SetLastWriteTimeUtc(two["a"], new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        Assert.Equal(await WriteAsync(one), await WriteAsync(two));
    }

    [Fact]
    public async Task Entries_are_in_the_newc_form_and_padded_to_four_bytes()
    {
        using var tree = new TemporaryFolder();
        tree.With("file", "hello");

        var archive = await WriteAsync(tree);
        var text = Encoding.ASCII.GetString(archive);
        var at = text.IndexOf("file\0", StringComparison.Ordinal) - 110;

        Assert.Equal(0, archive.Length % 4);
        Assert.Equal("070701", text[at..(at + 6)]);
        Assert.Equal("000081A4", text[(at + 14)..(at + 22)]); // regular file, 0644
        Assert.Equal("00000005", text[(at + 54)..(at + 62)]); // its size
        Assert.Equal("hello\0\0\0", text[(at + 116)..(at + 124)]); // header and name fill 115, padded to 116
        Assert.Contains("TRAILER!!!", text, StringComparison.Ordinal);
    }

    private static async Task<byte[]> WriteAsync(TemporaryFolder tree)
    {
        using var output = new MemoryStream();
        await new CpioWriter(output, epoch: 1_700_000_000).WriteTreeAsync(new StagedTree(tree.Path), TestContext.Current.CancellationToken);
        return output.ToArray();
    }
}
