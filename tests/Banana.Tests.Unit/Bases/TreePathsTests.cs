// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases.Files;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Bases;

public sealed class TreePathsTests : IDisposable
{
    private readonly TemporaryFolder tree = new();

    public TreePathsTests()
    {
        Directory.CreateDirectory(tree["usr/lib"]);
        Directory.CreateDirectory(tree["run"]);
        Directory.CreateDirectory(tree["var"]);
        File.CreateSymbolicLink(tree["lib"], "usr/lib");
        File.CreateSymbolicLink(tree["var/run"], "/run");
        File.CreateSymbolicLink(tree["out"], "../../../../../../usr");
        File.CreateSymbolicLink(tree["loop"], "loop");
    }

    private TreePaths Paths => new(tree.Path);

    public void Dispose() => tree.Dispose();

    [Theory]
    [InlineData("/usr/lib/a", "usr/lib/a")]
    [InlineData("/lib/a", "usr/lib/a")]
    [InlineData("/lib", "lib")] // the last part stays a link
    [InlineData("/var/run/a", "run/a")] // absolute links start at the tree
    [InlineData("/out/lib/a", "usr/lib/a")] // none leads out
    [InlineData("/not/there", "not/there")]
    public void Links_are_followed_as_from_inside(string path, string found) => Assert.Equal(tree[found], Paths.Locate(path));

    [Fact]
    public void Directory_that_becomes_a_link_later_is_seen()
    {
        var paths = Paths;
        Assert.Equal(tree["late/a"], paths.Locate("/late/a"));
        File.CreateSymbolicLink(tree["late"], "usr");
        Assert.Equal(tree["usr/a"], paths.Locate("/late/a"));
    }

    [Fact]
    public void Loop_is_an_error_and_no_hang() => Assert.Equal(ExitCode.BadInput, Assert.Throws<BananaException>(() => Paths.Locate("/loop/a")).Code);

    [Fact]
    public void File_is_found_through_links()
    {
        File.WriteAllText(tree["usr/lib/os-release"], "x");
        File.CreateSymbolicLink(tree["os-release"], "/lib/os-release");
        Assert.Equal(tree["usr/lib/os-release"], Paths.LocateFile("/os-release"));
        Assert.Null(Paths.LocateFile("/nothing"));
        Assert.Null(Paths.LocateFile("/loop"));
    }
}
