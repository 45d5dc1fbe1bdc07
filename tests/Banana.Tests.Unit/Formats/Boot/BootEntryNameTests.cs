// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Boot;
using Banana.Formats.Release;

namespace Banana.Tests.Unit.Formats.Boot;

public sealed class BootEntryNameTests
{
    [Theory]
    [InlineData("banana_20261125.1.efi", null, 0)]
    [InlineData("banana_20261125.1+3.efi", 3, 0)]
    [InlineData("banana_20261125.1+2-1.efi", 2, 1)]
    [InlineData("banana_20261125.1+0-3.efi", 0, 3)]
    public void What_is_read_is_written_the_same(string file, int? left, int done)
    {
        var name = Parse(file);
        Assert.Equal(new BootEntryName("banana", ReleaseVersion.Parse("20261125.1"), left, done), name);
        Assert.Equal(file, name.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("banana_20261125.1")]
    [InlineData("banana_20261125.1.efi.partial")]
    [InlineData("banana_20261325.1.efi")] // no such month
    [InlineData("banana_20261125.01.efi")]
    [InlineData("banana_20261125.1+.efi")]
    [InlineData("banana_20261125.1+3-.efi")]
    [InlineData("banana_20261125.1+-3.efi")]
    [InlineData("banana_20261125.1+9999999999.efi")] // no number of this machine
    [InlineData("banana_20261125.1+3-9999999999.efi")]
    [InlineData("banana_20261125.1.efi\n")]
    [InlineData("../banana_20261125.1.efi")]
    [InlineData("arch-linux.efi")]
    public void What_is_not_ours_is_left_alone(string? file) => Assert.False(BootEntryName.TryParse(file, out _));

    [Fact]
    public void The_life_of_an_entry()
    {
        var tried = Parse("banana_20261125.1+1-2.efi");
        Assert.False(tried.IsBad);
        Assert.Equal("banana_20261125.1.efi", tried.Blessed().ToString());
        Assert.Equal("banana_20261125.1+3.efi", tried.Blessed().Armed(3).ToString());
        Assert.Equal("banana_20261125.1+0-2.efi", tried.Spent().ToString());
        Assert.Equal("banana_20261125.1+0-1.efi", tried.Blessed().Spent().ToString());
        Assert.True(tried.Spent().IsBad);
    }

    [Fact]
    public void The_newest_that_is_not_spent_boots_first()
    {
        string[] wanted = ["banana_20261125.10+3.efi", "banana_20261125.9.efi", "banana_20261126.1+0-3.efi", "banana_20261101.1+0-1.efi"];
        Assert.Equal(wanted, BootEntryName.InBootOrder(wanted.Order(StringComparer.Ordinal).Select(Parse)).Select(entry => entry.ToString()));
    }

    private static BootEntryName Parse(string? file)
    {
        Assert.True(BootEntryName.TryParse(file, out var name));
        return name;
    }
}
