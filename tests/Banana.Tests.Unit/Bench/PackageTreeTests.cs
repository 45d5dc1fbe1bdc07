// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Bench;

public sealed class PackageTreeTests
{
    [Theory]
    [InlineData("./usr/bin/bash", "bin/bash")]
    [InlineData("./usr/share/doc/", "share/doc")]
    [InlineData("./bin/bash", "bin/bash")]
    [InlineData("./lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2")]
    [InlineData("usr/lib/.build-id/a", "lib/.build-id/a")]
    [InlineData("./etc/passwd", null)]
    [InlineData("./usr/", null)]
    [InlineData("./library/x", null)]
    public void Only_what_is_in_usr_is_taken(string name, string? expected) => Assert.Equal(expected, PackageTree.InUsr(name));

    [Fact]
    public void A_path_that_leaves_the_tree_is_refused() =>
        Assert.Equal(ExitCode.Untrusted, Assert.Throws<BananaException>(() => PackageTree.InUsr("./usr/../etc/passwd")).Code);

    [Fact]
    public void Pairs_differ_in_their_recipes() =>
        Assert.Equal(PairDefinition.All.Count, PairDefinition.All.Select(pair => pair.Recipe).Distinct(StringComparer.Ordinal).Count());
}
