// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Formats.State;
using Banana.Formats.Storage;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Formats.State;

public sealed class StateAreaTests
{
    private const int Size = 64 << 10;

    [Fact]
    public void What_was_written_last_is_read()
    {
        var disk = new byte[Size];
        Assert.Equal((0UL, 0), (Read(disk).Sequence, Read(disk).Files.Count));
        Commit(disk, Read(disk).With("journal", "one"u8.ToArray()).With("metadata/root.json", new byte[3000]));
        Commit(disk, Read(disk).With("journal", "two"u8.ToArray()));
        Assert.Equal("two", Text(disk));
        Assert.Equal(3000, Read(disk).Files["metadata/root.json"].Length);
        Commit(disk, Read(disk).Without("journal"));
        Assert.Equal(["metadata/root.json"], Read(disk).Files.Keys);
    }

    [Fact]
    public void A_power_cut_anywhere_leaves_the_files_of_before_or_after()
    {
        var disk = new byte[Size];
        foreach (var text in (string[])["old", "older and longer", "x"])
        {
            Commit(disk, Read(disk).With("journal", Encoding.UTF8.GetBytes(text)).With("big", new byte[4000]));
            var next = Read(disk).With("journal", "new"u8.ToArray()).With("big", new byte[5000]).ToWrite();
            for (var cut = 0; cut <= next.Bytes.Length; cut += 128)
            {
                // The disk may write the end first.
                Assert.Contains(Text(Torn(..cut)), new[] { "new", text });
                Assert.Contains(Text(Torn(cut..)), new[] { "new", text });
            }

            Assert.Equal(text, Text(Torn(..64)));
            Assert.Equal(text, Text(Torn(64..)));
            Assert.Equal("new", Text(Torn(..)));

            byte[] Torn(Range written)
            {
                byte[] torn = [.. disk];
                next.Bytes.Span[written].CopyTo(torn.AsSpan((int)next.Offset + written.GetOffsetAndLength(next.Bytes.Length).Offset));
                return torn;
            }
        }
    }

    [Fact]
    public void Damage_in_one_half_gives_the_other_and_in_both_an_empty_area()
    {
        var disk = new byte[Size];
        Commit(disk, Read(disk).With("journal", "one"u8.ToArray()));
        Commit(disk, Read(disk).With("journal", "two"u8.ToArray()));
        disk[(Read(disk).Half * Size / 2) + 70] ^= 1;
        Assert.Equal("one", Text(disk));
        disk[(Read(disk).Half * Size / 2) + 20] ^= 1;
        Assert.Empty(Read(disk).Files);
    }

    [Fact]
    public void No_mutation_is_accepted()
    {
        var disk = new byte[Size];
        Commit(disk, Read(disk).With("journal", "one"u8.ToArray()).With("other", new byte[100]));
        var write = Read(disk).With("journal", "two"u8.ToArray()).ToWrite();
        Commit(disk, Read(disk).With("journal", "two"u8.ToArray()));
        var length = 64 + (6 + 7 + 3) + (6 + 5 + 100);
        for (var bit = 0; bit < length * 8; bit++)
        {
            byte[] changed = [.. disk];
            changed[(int)write.Offset + (bit / 8)] ^= (byte)(1 << (bit % 8));
            Assert.Equal("one", Text(changed));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_lost()
    {
        var area = Read(new byte[Size]).With("journal", new byte[1000]);
        Assert.Equal(ExitCode.NoSpace, Assert.Throws<BananaException>(() => area.With("big", new byte[Size / 2])).Code);
        Assert.Equal(["journal"], area.Files.Keys);
        Assert.Equal(Size / 2, area.With("big", new byte[(Size / 2) - 64 - 6 - 7 - 1000 - 6 - 3]).ToWrite().Bytes.Length);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => area.With(string.Empty, default)).Code);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => area.With(new string('a', 256), default)).Code);
        Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => Read(new byte[1000])).Code);
    }

    private static StateArea Read(byte[] disk) => StateArea.Read(ByteSource.FromMemory(disk, "state"));

    private static string Text(byte[] disk) => Encoding.UTF8.GetString(Read(disk).Files["journal"].Span);

    private static void Commit(byte[] disk, StateArea area)
    {
        var write = area.ToWrite();
        write.Bytes.Span.CopyTo(disk.AsSpan((int)write.Offset));
    }
}
