// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Definition.Model;

namespace Banana.Tests.Unit.Definition;

/// <summary>How inheritance and package sets come together.</summary>
public sealed class EditionResolverTests : IDisposable
{
    private readonly DefinitionFolder folder = new();

    public void Dispose() => folder.Dispose();

    private Edition Resolve(string name) => EditionResolver.Resolve(DefinitionLoader.Load(folder.Root), name);

    [Fact]
    public void An_edition_has_the_packages_of_its_sets_and_of_what_they_include_sorted()
    {
        var core = Resolve("core");
        Assert.Equal(["dbus", "linux-image-amd64", "systemd"], core.Packages);
        Assert.Equal(["main", "non-free"], core.Suite.Components);
        Assert.Equal("http://deb.debian.org/debian", core.Base.Mirror);
        Assert.Equal(Path.Combine(folder.Root, "keys/debian.gpg"), core.Base.Keyring);
        Assert.Equal(new ImageParameters { Compressor = "zstd,3", ClusterSize = 65536 }, core.Image);
        Assert.Equal(Path.Combine(folder.Root, "overlay/initrd"), core.Initrd.Overlay);
        Assert.Equal(Path.Combine(folder.Root, "locks/core.lock.json"), core.Lockfile);
    }

    [Fact]
    public void Lists_are_appended_and_single_values_replaced()
    {
        folder.Write("packages/desktop.yaml", "summary: Desktop\npackages: { debian: [plasma-desktop] }\n");
        folder.Write("overlay/desktop/file", "x");
        folder.Write("editions/desktop.yaml", """
            extends: core
            title: Desktop
            suite: sid
            sets: [desktop]
            overlays: [overlay/desktop]
            command-line: [quiet]
            remove:
              - { pattern: /usr/share/man, reason: read on the web }
            replace:
              - { file: /usr/share/a, text: "b[0-9]", with: c, reason: d }
            units:
              default-target: graphical.target
            """);
        var desktop = Resolve("desktop");
        Assert.Equal(("Desktop", "debian", "sid"), (desktop.Title, desktop.Base.Name, desktop.Suite.Name));
        Assert.Equal(["dbus", "linux-image-amd64", "plasma-desktop", "systemd"], desktop.Packages);
        Assert.Equal([Path.Combine(folder.Root, "overlay/core"), Path.Combine(folder.Root, "overlay/desktop")], desktop.Overlays);
        Assert.Equal(["rw", "quiet"], desktop.CommandLine);
        Assert.Equal([new RemoveRule("/usr/share/man", "read on the web")], desktop.Remove);
        Assert.Equal([new ReplaceRule("/usr/share/a", "b[0-9]", "c", "d")], desktop.Replace);
        Assert.Equal("graphical.target", desktop.Units.DefaultTarget);
        Assert.Equal(["a.service", "b.service"], desktop.Units.Enable);
        Assert.Equal("zstd,3", desktop.Image.Compressor);
    }

    [Fact]
    public void What_an_edition_says_about_a_unit_wins_over_what_it_extends()
    {
        folder.Write("editions/one.yaml", "extends: core\nunits: { mask: [a.service], disable: [c.service] }\n");
        folder.Write("editions/two.yaml", "extends: one\nunits: { enable: [c.service] }\n");
        var two = Resolve("two").Units;
        Assert.Equal(["b.service", "c.service"], two.Enable);
        Assert.Equal(["a.service"], two.Mask);
        Assert.Empty(two.Disable);
    }

    [Fact]
    public void A_suite_is_not_inherited_by_another_base()
    {
        folder.Change("packages/system.yaml", "debian: [systemd, dbus]", "debian: [systemd, dbus]\n  arch: []");
        folder.Write("editions/small.yaml", "extends: core\nbase: arch\n");
        var small = Resolve("small");
        Assert.Equal(("arch", "rolling"), (small.Base.Name, small.Suite.Name));
        Assert.Equal(["linux"], small.Packages);
    }

    [Fact]
    public void A_tree_needs_no_packages_and_no_suite()
    {
        folder.Write("bases/made.yaml", "plugin: tree\narchitecture: x86-64\nsource: ../tree.tar\n");
        folder.Write("editions/small.yaml", "extends: core\nbase: made\n");
        var small = Resolve("small");
        Assert.Empty(small.Packages);
        Assert.Equal(Path.GetFullPath("../tree.tar", folder.Root), small.Base.Source);
    }

    [Fact]
    public void Files_that_editors_leave_are_passed_over()
    {
        folder.Write("editions/.core.yaml.swp", "x");
        folder.Write("editions/core.yaml~", "x");
        Assert.Equal(["core"], DefinitionLoader.Load(folder.Root).Editions.Keys);
    }
}
