// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

public sealed class TreeBaseTests(TreeWorld world) : IClassFixture<TreeWorld>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_of_the_tree_is_lost() =>
        Assert.Empty(TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(world.Original, Cancellation), await TreeSnapshot.TakeAsync(world.Tree, Cancellation)));

    [Theory]
    [InlineData("tar", "--format=posix")]
    [InlineData("tar.gz", "--gzip")]
    [InlineData("tar.xz", "--xz")]
    public async Task Every_compression_gives_the_same_tree(string extension, string option)
    {
        var file = world.Folder.Combine("again." + extension);
        await world.Tools.WithBinds(new Bind(world.Folder.Path)).RunAsync(Command.Of("tar", "--create", option, "--xattrs", "--xattrs-include=*", $"--file={file}", $"--directory={world.Original}", "."), Cancellation);
        await InstallsAsync(file, world.Folder.Combine("from-" + extension));
    }

    [Fact]
    public Task Directory_is_as_good_as_a_tarball() => InstallsAsync(world.Original, world.Folder.Combine("from-directory"));

    [Fact]
    public async Task Directory_that_changed_after_locking_is_refused()
    {
        var copy = world.Folder.Combine("changing");
        await world.Tools.WithBinds(new Bind(world.Folder.Path)).RunAsync(Command.Of("cp", "-a", world.Original, copy), Cancellation);
        var definition = world.Definition with { Source = copy };
        var lockfile = await world.Base().ResolveAsync(definition, world.Suite, [], Cancellation);
        await File.WriteAllTextAsync(Path.Combine(copy, "usr/lib/new"), "new", Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => world.Base().FetchAsync(definition, lockfile, Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
    }

    [Fact]
    public async Task What_is_no_tarball_is_refused()
    {
        var file = world.Folder.Combine("noise.tar");
        await File.WriteAllTextAsync(file, new string('x', 5000), Cancellation);
        var error = await Assert.ThrowsAsync<BananaException>(() => world.Base().ResolveAsync(world.Definition with { Source = file }, world.Suite, [], Cancellation));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("noise.tar", error.Message, StringComparison.Ordinal);
    }

    private async Task InstallsAsync(string source, string tree)
    {
        var definition = world.Definition with { Source = source };
        var lockfile = await world.Base().ResolveAsync(definition, world.Suite, [], Cancellation);
        await world.Base().FetchAsync(definition, lockfile, Cancellation);
        Directory.CreateDirectory(tree);
        await world.Base().InstallAsync(lockfile, tree, Cancellation);
        Assert.Equal("kde-linux 202611210000", lockfile.Packages[0].Title);
        Assert.Empty(TreeSnapshot.Differences(await TreeSnapshot.TakeAsync(world.Original, Cancellation), await TreeSnapshot.TakeAsync(tree, Cancellation)));
    }
}
