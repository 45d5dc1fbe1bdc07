// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Forge.Trees;
using Banana.Foundation.Files;

namespace Banana.Tests.Unit.Forge;

public sealed class FactoryTests
{
    [Fact]
    public void Etc_moves_to_the_factory_without_what_is_particular_to_a_machine()
    {
        using var tree = new TemporaryFolder();
        tree.With("etc/machine-id", "123").With("etc/hostname", "builder").With("etc/ssh/config", "x").WithLink("etc/mtab", "/proc/mounts");

        Factory.MoveEtc(new StagedTree(tree.Path));

        Assert.Equal(["config", "ssh"], Directory.GetFileSystemEntries(tree["usr/share/factory/etc"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.False(Directory.Exists(tree["etc"]));
    }

    [Fact]
    public void Var_becomes_lines_that_make_it_anew_with_copies_of_its_files()
    {
        using var tree = new TemporaryFolder();
        tree.With("var/lib/app/data file", "x").With("var/log/dpkg.log", "y").With("var/cache/c", "z").WithLink("var/mail", "spool/mail");
        Directory.CreateDirectory(tree["var/spool/mail"]);
        File.SetUnixFileMode(tree["var/spool/mail"], (UnixFileMode)Convert.ToInt32("2775", 8));
        var id = UnixFile.Stat(tree["var/lib/app"]);

        Factory.MoveVar(new StagedTree(tree.Path));

        var lines = File.ReadAllLines(tree["usr/lib/tmpfiles.d/zz-banana-var.conf"]);
        Assert.Contains($"d /var/lib/app {id.Permissions} {id.Owner} {id.Group} -", lines);
        Assert.Contains($"d /var/spool/mail 2775 {id.Owner} {id.Group} -", lines);
        Assert.Contains("L /var/mail - - - - spool/mail", lines);
        Assert.Contains(lines, line => line.StartsWith("C \"/var/lib/app/data file\"", StringComparison.Ordinal) && line.EndsWith("/usr/share/factory/var/lib/app/data file", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("dpkg.log", StringComparison.Ordinal) || line.Contains("/var/cache/c", StringComparison.Ordinal));
        Assert.Equal("x", File.ReadAllText(tree["usr/share/factory/var/lib/app/data file"]));
        Assert.False(Directory.Exists(tree["var"]));
    }
}
