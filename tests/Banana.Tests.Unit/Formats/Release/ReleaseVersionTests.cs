// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Formats.Release;

namespace Banana.Tests.Unit.Formats.Release;

public sealed class ReleaseVersionTests
{
    [Fact]
    public void IsOrderedByNumbersAndNotByText()
    {
        string[] ascending = ["20251231.99", "20260101.0", "20260101.9", "20260101.10", "20261121.2"];
        var versions = ascending.Select(ReleaseVersion.Parse).ToList();
        Assert.Equal(ascending, versions.Order().Select(version => version.ToString()));
        Assert.True(versions[2] < versions[3]);
        Assert.True(versions[3] > versions[2]);
        Assert.True(versions[2] <= ReleaseVersion.Parse("20260101.9"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("20261121")]
    [InlineData("20261121.")]
    [InlineData("20261121.01")]
    [InlineData("20261121.-1")]
    [InlineData("20261121.+1")]
    [InlineData("20261121.1 ")]
    [InlineData("20261121.1.2")]
    [InlineData("20261121.4294967296")]
    [InlineData("20261131.1")]
    [InlineData("2026112.1")]
    [InlineData("2026-1-1.1")]
    public void OtherSpellingsAreRefused(string? text) => Assert.False(ReleaseVersion.TryParse(text, out _));
}
