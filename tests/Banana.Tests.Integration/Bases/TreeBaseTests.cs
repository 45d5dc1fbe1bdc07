// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

public sealed class TreeBaseTests(TreeWorld world) : BaseConformance<TreeWorld>(world)
{
    [Fact]
    public async Task Nothing_of_the_tree_is_lost() =>
        Assert.Empty(TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(World.Original, Cancellation), await TreeSnapshot.TakeAsync(World.Tree, Cancellation)));

    [Theory]
    [InlineData("tar", "--format=posix")]
    [InlineData("tar.gz", "--gzip")]
    [InlineData("tar.xz", "--xz")]
    public async Task Every_compression_gives_the_same_tree(string extension, string option)
    {
        var file = World.Folder.Combine("again." + extension);
        await World.Tools.WithBinds(new Bind(World.Folder.Path)).RunAsync(Command.Of("tar", "--create", option, "--xattrs", "--xattrs-include=*", $"--file={file}", $"--directory={World.Original}", "."), Cancellation);
        await InstallsAsync(file, World.Folder.Combine("from-" + extension));
    }

    [Fact]
    public Task Directory_is_as_good_as_a_tarball() => InstallsAsync(World.Original, World.Folder.Combine("from-directory"));

    [Fact]
    public async Task Directory_that_changed_after_locking_is_refused()
    {
        var copy = World.Folder.Combine("changing");
        await World.Tools.WithBinds(new Bind(World.Folder.Path)).RunAsync(Command.Of("cp", "-a", World.Original, copy), Cancellation);
        // A tree that no other test has put into the pool: what the pool has is never looked for again.
        await File.WriteAllTextAsync(Path.Combine(copy, "usr/lib/mine"), "mine", Cancellation);
        var definition = World.Definition with { Source = copy };
        var lockfile = await World.Base().ResolveAsync(definition, World.Suite, [], Cancellation);
        await File.WriteAllTextAsync(Path.Combine(copy, "usr/lib/new"), "new", Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => World.Base().FetchAsync(definition, lockfile, Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
    }

    [Fact]
    public async Task What_is_no_tarball_is_refused()
    {
        var file = World.Folder.Combine("noise.tar");
        await File.WriteAllTextAsync(file, new string('x', 5000), Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => World.Base().ResolveAsync(World.Definition with { Source = file }, World.Suite, [], Cancellation));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("noise.tar", error.Message, StringComparison.Ordinal);
    }

    private async Task InstallsAsync(string source, string tree)
    {
        var definition = World.Definition with { Source = source };
        var lockfile = await World.Base().ResolveAsync(definition, World.Suite, [], Cancellation);
        await World.Base().FetchAsync(definition, lockfile, Cancellation);
        Directory.CreateDirectory(tree);
        await World.Base().InstallAsync(lockfile, [], tree, Cancellation);
        Assert.Equal("kde-linux 202611210000", lockfile.Packages[0].Title);
        Assert.Empty(TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(World.Original, Cancellation), await TreeSnapshot.TakeAsync(tree, Cancellation)));
    }
}
