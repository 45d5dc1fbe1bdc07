// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Trees;

namespace Banana.Tests.Unit.Forge;

public sealed class TreeGlobTests
{
    [Theory]
    [InlineData("/usr/bin/awk", "/usr/bin/awk")]
    [InlineData("usr/bin/awk", "/usr/bin/awk")]
    [InlineData("/usr/bin/*", "/usr/bin/.hidden /usr/bin/awk /usr/bin/sed")]
    [InlineData("/usr/bin/?ed", "/usr/bin/sed")]
    [InlineData("/usr/{bin,lib}/a*", "/usr/bin/awk /usr/lib/a.so /usr/lib/aXso")]
    [InlineData("/usr/**/x.pyc", "/usr/lib/p/q/x.pyc /usr/lib/x.pyc")]
    [InlineData("/usr/lib/p", "/usr/lib/p")]
    [InlineData("/usr/lib/*.so", "/usr/lib/a.so")]
    [InlineData("/usr/{bin,nothing}/sed", "/usr/bin/sed")]
    [InlineData("/usr/bin/a,*", "")]
    [InlineData("/nothing/*", "")]
    [InlineData("/usr/bin/aw", "")]
    [InlineData("/usr/lib/gone", "/usr/lib/gone")]
    public void Finds_what_matches_and_nothing_else(string pattern, string expected)
    {
        using var tree = new TemporaryFolder();
        foreach (var file in new[] { "usr/bin/awk", "usr/bin/sed", "usr/bin/.hidden", "usr/lib/a.so", "usr/lib/aXso", "usr/lib/x.pyc", "usr/lib/p/q/x.pyc" })
        {
            tree.With(file, string.Empty);
        }

        tree.WithLink("usr/lib/gone", "/nowhere");

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), TreeGlob.Find(tree.Path, pattern));
    }

    [Fact]
    public void Does_not_follow_links_out_of_the_tree()
    {
        using var outside = new TemporaryFolder();
        outside.With("secret", string.Empty);
        using var tree = new TemporaryFolder();
        tree.WithLink("usr/out", outside.Path);

        Assert.Empty(TreeGlob.Find(tree.Path, "/usr/**/secret"));
    }
}
