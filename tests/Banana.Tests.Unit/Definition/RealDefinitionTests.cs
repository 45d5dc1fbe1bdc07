// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Definition;

/// <summary>The definition that this repository ships, <c>os/</c>.</summary>
public sealed class RealDefinitionTests
{
    private static OsDefinition Os { get; } = DefinitionLoader.Load(Path.Combine(Checkout.Root, "os"));

    public static TheoryData<string> Editions => [.. Os.Editions.Values.Where(edition => !edition.IsAbstract).Select(edition => edition.Name)];

    [Theory]
    [MemberData(nameof(Editions))]
    public void Every_edition_resolves(string name)
    {
        var edition = EditionResolver.Resolve(Os, name);
        Assert.NotEmpty(edition.Packages);
        Assert.Equal(Path.Combine(Os.Directory, "locks", $"{name}.lock.json"), edition.Lockfile);
    }

    [Fact]
    public void Core_is_made_from_forky()
    {
        var core = EditionResolver.Resolve(Os, "core");
        Assert.Equal(("debian", "forky"), (core.Base.Name, core.Suite.Name));
        Assert.Superset(new HashSet<string>(["systemd", "linux-image-amd64", "polkitd", "dbus"], StringComparer.Ordinal), new HashSet<string>(core.Packages, StringComparer.Ordinal));
        Assert.All(core.Overlays, overlay => Assert.True(Directory.Exists(overlay), overlay));
        Assert.True(File.Exists(core.Base.Keyring), core.Base.Keyring);
    }

    /// <summary>Who has a desktop is told of an update there; a machine without one has not even the units.</summary>
    [Theory]
    [InlineData("core", false)]
    [InlineData("enthusiast", true)]
    [InlineData("testing", true)]
    [InlineData("stable", true)]
    public void Notifications_are_for_desktops(string name, bool expected)
    {
        var edition = EditionResolver.Resolve(Os, name);
        foreach (var unit in new[] { "banana-notify.path", "banana-notify.service" })
        {
            Assert.Equal(expected, edition.Units.UserEnable.Contains(unit));
            Assert.Equal(expected, edition.Overlays.Any(overlay => File.Exists(Path.Combine(overlay, "usr/lib/systemd/user", unit))));
        }
    }

    [Theory]
    [InlineData("system")]
    [InlineData("desktop")]
    public void An_abstract_edition_is_not_built(string name)
    {
        var error = Assert.Throws<BananaException>(() => EditionResolver.Resolve(Os, name));
        Assert.Contains($"the edition '{name}' is abstract: it is there only to be extended; name one of: core, core-next, enthusiast", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Core_can_be_made_from_each_base_that_has_packages()
    {
        foreach (var found in Os.Bases.Values)
        {
            var moved = Os with { Editions = new Dictionary<string, EditionDefinition>(StringComparer.Ordinal) { ["system"] = Os.Editions["system"], ["core"] = Os.Editions["core"] with { Base = found.Name, Suite = found.Suites.Keys.First() } } };
            Assert.Equal(found.Plugin != "tree", EditionResolver.Resolve(moved, "core").Packages.Count > 0);
        }
    }

    [Theory]
    [InlineData("usr/lib/systemd/system.conf.d/10-banana.conf")]
    [InlineData("usr/lib/systemd/system/banana-restart.service")]
    [InlineData("usr/lib/systemd/system/emergency.service.d/10-banana.conf")]
    public void A_failure_ends_the_same_way_in_the_initrd_and_in_the_system(string file)
    {
        var core = EditionResolver.Resolve(Os, "core");
        Assert.Equal(File.ReadAllText(Path.Combine(core.Initrd.Overlay, file)), File.ReadAllText(core.Overlays.Select(overlay => Path.Combine(overlay, file)).Single(File.Exists)));
    }
}
