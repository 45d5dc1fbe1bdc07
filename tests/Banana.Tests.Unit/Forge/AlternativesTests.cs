// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Trees;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Forge;

public sealed class AlternativesTests
{
    [Fact]
    public void A_link_through_alternatives_becomes_a_relative_link_inside_usr()
    {
        using var tree = new TemporaryFolder();
        tree.With("usr/bin/mawk", "awk").WithLink("etc/alternatives/awk", "/usr/bin/mawk").WithLink("usr/bin/awk", "/etc/alternatives/awk");

        var notes = Alternatives.Resolve(new StagedTree(tree.Path));

        Assert.Empty(notes);
        Assert.Equal("mawk", new FileInfo(tree["usr/bin/awk"]).LinkTarget);
        Assert.False(Directory.Exists(tree["etc/alternatives"]));
    }

    [Fact]
    public void A_target_by_its_name_before_the_merge_of_usr_is_found()
    {
        using var tree = new TemporaryFolder();
        tree.With("usr/bin/nano", string.Empty).WithLink("etc/alternatives/editor", "/bin/nano").WithLink("usr/share/e/editor", "/etc/alternatives/editor");

        Alternatives.Resolve(new StagedTree(tree.Path));

        Assert.Equal("../../bin/nano", new FileInfo(tree["usr/share/e/editor"]).LinkTarget);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_removed_and_one_that_leaves_usr_is_told()
    {
        using var tree = new TemporaryFolder();
        tree.WithLink("usr/share/man/awk.1", "/etc/alternatives/awk.1").WithLink("usr/lib/ssl/certs", "/etc/ssl/certs")
            .WithLink("etc/alternatives/loop", "/etc/alternatives/loop").WithLink("usr/bin/loop", "/etc/alternatives/loop");

        var notes = Alternatives.Resolve(new StagedTree(tree.Path));

        Assert.False(UnixFile.Exists(tree["usr/share/man/awk.1"]));
        Assert.False(UnixFile.Exists(tree["usr/bin/loop"]));
        Assert.Contains("leaves /usr: /usr/lib/ssl/certs -> /etc/ssl/certs", notes);
        Assert.Contains(notes, note => note.Contains("/usr/share/man/awk.1", StringComparison.Ordinal));
    }
}
