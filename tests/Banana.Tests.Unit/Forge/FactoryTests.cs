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

    [Fact]
    public void What_a_package_makes_by_a_line_of_its_own_gets_no_second_one()
    {
        using var tree = new TemporaryFolder();
        tree.With("var/lib/colord/icc/profile", "x").With("var/lib/two words/file", "y").With("var/lib/other/file", "z").With("var/lib/state/file", "s").WithLink("var/run", "/run").WithLink("var/maybe", "target");
        tree.With("usr/lib/tmpfiles.d/a.conf", "# d /var/lib/other\nd /var/lib 0755 - - -\nd! \t/var/lib/colord/ 0755 colord colord\nD \"/var/lib/two words\" 0700\nL+ /var/run - - - - ../run\nz /var/lib/colord/icc 0755 colord\nr /var/lib/other/file\nd %S/state\nL? /var/maybe - - - - x\n");
        tree.With("usr/lib/tmpfiles.d/masked.conf", "d /var/lib/other\n").WithLink("etc/tmpfiles.d/masked.conf", "/dev/null");

        Factory.MoveVar(new StagedTree(tree.Path));

        var paths = File.ReadAllLines(tree["usr/lib/tmpfiles.d/zz-banana-var.conf"])[1..].Select(line => line.Contains('"', StringComparison.Ordinal) ? line.Split('"')[1] : line.Split(' ')[1]);
        Assert.Equal(["/var/lib/colord/icc", "/var/lib/colord/icc/profile", "/var/lib/other", "/var/lib/other/file", "/var/lib/state/file", "/var/lib/two words/file", "/var/maybe"], paths);
    }
}
