// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Definition;

/// <summary>Definitions whose files are good each, and do not fit together.</summary>
public sealed class ReferenceRefusalTests : IDisposable
{
    private readonly DefinitionFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("editions/core.yaml", "base: debian", "base: debain", "editions/core.yaml:2:7", "unknown base 'debain'; did you mean 'debian'?")]
    [InlineData("editions/core.yaml", "base: debian", "base: fedora", "editions/core.yaml:2:7", "unknown base 'fedora'; known: arch, debian")]
    [InlineData("editions/core.yaml", "suite: forky", "suite: trixie", "editions/core.yaml:3:8", "unknown suite of the base 'debian' 'trixie'; known: forky, sid")]
    [InlineData("editions/core.yaml", "sets: [system]", "sets: [kernel, sistem]", "editions/core.yaml:4:16", "unknown package set 'sistem'; did you mean 'system'?")]
    [InlineData("packages/system.yaml", "includes: [kernel]", "includes: [kernal]", "packages/system.yaml:2:12", "unknown package set 'kernal'; did you mean 'kernel'?")]
    [InlineData("editions/core.yaml", "title: Core", "extends: small\ntitle: Core", "editions/core.yaml:1:10", "unknown edition 'small'; there is no edition yet")]
    [InlineData("editions/core.yaml", "overlays: [overlay/core]", "overlays: [overlay/care]", "editions/core.yaml:7:12", "there is no folder 'overlay/care' in ROOT; create it, or correct the name")]
    [InlineData("editions/core.yaml", "partitions: partitions", "partitions: repart", "editions/core.yaml:9:13", "there is no folder 'repart' in ROOT; create it, or correct the name")]
    [InlineData("editions/core.yaml", "partitions: partitions", "partitions: keys", "editions/core.yaml:9:13", "the folder 'keys' has no *.conf file of repart.d(5)")]
    [InlineData("editions/core.yaml", "initrd: initrd.yaml", "initrd: small.yaml", "editions/core.yaml:10:9", "there is no file 'small.yaml' in the definition; create it, or correct the name")]
    [InlineData("initrd.yaml", "overlay/initrd", "overlay/gone", "initrd.yaml:3:10", "there is no folder 'overlay/gone' in ROOT; create it, or correct the name")]
    [InlineData("bases/debian.yaml", "keys/debian.gpg", "keys/gone.gpg", "bases/debian.yaml:4:10", "there is no file 'keys/gone.gpg' in the definition; create it, or correct the name")]
    [InlineData("packages/kernel.yaml", "packages:\n  debian: [linux-image-amd64]\n  arch: [linux]", "includes: [system]", "packages/kernel.yaml:2:12", "package sets include each other in a circle: kernel → system → kernel; remove one of these 'includes'")]
    public void A_name_of_nothing_is_refused(string file, string from, string to, string place, string says)
    {
        folder.Change(file, from, to);
        folder.AssertRefused(folder.LoadFails(), place, says.Replace("ROOT", folder.Root, StringComparison.Ordinal));
    }

    [Fact]
    public void Editions_that_extend_each_other_are_refused_with_the_circle()
    {
        folder.Write("editions/a.yaml", "title: A\nextends: b\n");
        folder.Write("editions/b.yaml", "extends: c\n");
        folder.Write("editions/c.yaml", "extends: a\n");
        folder.AssertRefused(folder.LoadFails(), "editions/a.yaml:2:10", "editions extend each other in a circle: a → b → c → a; remove one of these 'extends'");
    }

    [Fact]
    public void An_edition_that_extends_itself_is_refused()
    {
        folder.Write("editions/a.yaml", "extends: a\n");
        folder.AssertRefused(folder.LoadFails(), "editions/a.yaml:1:10", "editions extend each other in a circle: a → a; remove one of these 'extends'");
    }

    [Fact]
    public void A_suite_of_another_base_is_refused_where_the_edition_names_it()
    {
        folder.Write("editions/small.yaml", "extends: core\nbase: arch\nsuite: forky\n");
        folder.AssertRefused(folder.LoadFails(), "editions/small.yaml:3:8", "unknown suite of the base 'arch' 'forky'; known: rolling");
    }

    [Fact]
    public void A_package_set_without_packages_for_the_base_is_named()
    {
        folder.Write("editions/small.yaml", "extends: core\nbase: arch\n");
        folder.AssertRefused(
            folder.ResolveFails("small"),
            "packages/system.yaml:3:1",
            "the package set 'system' has no packages for the base plug-in 'arch' (core → system); add 'arch:' to its 'packages', with an empty list if arch needs none");
    }

    [Theory]
    [InlineData("title: Core\n", "title")]
    [InlineData("partitions: partitions\n", "partitions")]
    [InlineData("initrd: initrd.yaml\n", "initrd")]
    [InlineData("base: debian\nsuite: forky\n", "base")]
    public void An_edition_that_is_not_complete_is_refused(string without, string key)
    {
        folder.Change("editions/core.yaml", without, string.Empty);
        folder.AssertRefused(folder.ResolveFails("core"), "editions/core.yaml:1:1", $"the edition 'core' has no '{key}', nor has one that it extends; add '{key}:'");
    }

    [Fact]
    public void An_edition_without_suite_is_refused_when_the_base_has_several()
    {
        folder.Change("editions/core.yaml", "suite: forky\n", string.Empty);
        folder.AssertRefused(folder.ResolveFails("core"), "editions/core.yaml:1:1", "the edition 'core' names no suite, and its base 'debian' has 2; add 'suite:' with one of: forky, sid");
    }

    [Fact]
    public void An_edition_that_is_not_there_is_refused() =>
        folder.AssertRefused(folder.ResolveFails("cor"), "editions", "unknown edition 'cor'; did you mean 'core'?");

    [Fact]
    public void A_newer_format_is_told_from_a_mistake()
    {
        folder.Change("banana.yaml", "format: 1", "new-key: yes\nformat: 2");
        var error = folder.LoadFails();
        Assert.Equal(ExitCode.NewerFormat, error.Code);
        Assert.Equal($"{folder.Root}/banana.yaml:2:9: the definition has format 2, and this Banana knows formats up to 1; use a newer Banana", error.Message);
    }

    [Fact]
    public void A_format_that_never_was_is_refused()
    {
        folder.Change("banana.yaml", "format: 1", "format: 0");
        folder.AssertRefused(folder.LoadFails(), "banana.yaml:1:9", "'format' must be a whole number from 1 to 1, not '0'");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused()
    {
        var error = Assert.Throws<BananaException>(() => DefinitionLoader.Load(Path.Combine(folder.Root, "gone")));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.StartsWith($"{folder.Root}/gone: there is no such folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_definition_is_refused()
    {
        File.Delete(Path.Combine(folder.Root, "banana.yaml"));
        folder.AssertRefused(folder.LoadFails(), "banana.yaml", "the file does not exist");
    }
}
