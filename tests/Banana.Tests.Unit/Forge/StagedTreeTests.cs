// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Trees;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Forge;

public sealed class StagedTreeTests
{
    [Fact]
    public void Writing_a_linked_file_leaves_the_other_tree_alone()
    {
        using var original = new TemporaryFolder();
        using var stage = new TemporaryFolder();
        original.With("etc/motd", "old");
        Directory.CreateDirectory(stage["etc"]);
        UnixFile.HardLink(original["etc/motd"], stage["etc/motd"]);

        new StagedTree(stage.Path).WriteText("/etc/motd", "new");

        Assert.Equal("old", File.ReadAllText(original["etc/motd"]));
        Assert.Equal("new", File.ReadAllText(stage["etc/motd"]));
    }

    [Fact]
    public void Modes_do_not_depend_on_the_source_but_for_execution()
    {
        using var source = new TemporaryFolder();
        source.With("run", "x").With("read", "x");
        File.SetUnixFileMode(source["run"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetUnixFileMode(source["read"], UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        using var stage = new TemporaryFolder();

        Overlay.Apply(source.Path, new StagedTree(stage.Path));

        Assert.Equal("0755", UnixFile.Stat(stage["run"]).Permissions);
        Assert.Equal("0644", UnixFile.Stat(stage["read"]).Permissions);
    }

    [Fact]
    public async Task An_overlay_replaces_files_links_and_changes_its_digest_with_its_content()
    {
        using var overlay = new TemporaryFolder();
        overlay.With("etc/a", "1").WithLink("etc/l", "a");
        using var stage = new TemporaryFolder();
        stage.WithLink("etc/a", "/nowhere").With("etc/l", "file");
        var before = await Overlay.DigestAsync(overlay.Path, TestContext.Current.CancellationToken);

        Overlay.Apply(overlay.Path, new StagedTree(stage.Path));
        overlay.With("etc/a", "2");

        Assert.Equal("1", File.ReadAllText(stage["etc/a"]));
        Assert.Equal("a", new FileInfo(stage["etc/l"]).LinkTarget);
        Assert.NotEqual(before, await Overlay.DigestAsync(overlay.Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Removing_a_link_to_a_folder_keeps_the_folder()
    {
        using var stage = new TemporaryFolder();
        stage.With("real/file", "x").WithLink("link", "real");

        new StagedTree(stage.Path).Remove("/link");

        Assert.True(File.Exists(stage["real/file"]));
        Assert.False(UnixFile.Exists(stage["link"]));
    }
}
