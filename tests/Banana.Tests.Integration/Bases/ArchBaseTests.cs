// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

public sealed class ArchBaseTests(ArchWorld world) : BaseConformance<ArchWorld>(world)
{
    [Fact]
    public async Task Install_script_ran_in_the_tree_with_the_trees_own_shell() =>
        Assert.Equal("1.2-1 hello\n", await File.ReadAllTextAsync(Path.Combine(World.Tree, "etc/greeted"), Cancellation));

    [Fact]
    public async Task Hook_of_a_package_ran_in_the_tree() => Assert.Equal("hooked\n", await File.ReadAllTextAsync(Path.Combine(World.Tree, "etc/hooked"), Cancellation));

    [Fact]
    public void Owners_and_modes_are_those_of_the_packages()
    {
        var status = Posix.Stat(Path.Combine(World.Tree, "usr/bin/greeter"));
        Assert.Equal((0x89ed, 0u, 0u), (status.Mode, status.Owner, status.Group));
        Assert.Equal("../usr/lib/os-release", new FileInfo(Path.Combine(World.Tree, "etc/os-release")).LinkTarget);
    }

    [Fact]
    public void Only_what_is_needed_is_installed() =>
        Assert.Equal(["base-layout", "greeter", "runtime", "shell"], World.Lockfile.Packages.Select(package => package.Name));

    [Fact]
    public async Task Licences_are_spdx()
    {
        var installed = await World.Base().ListAsync(World.Lockfile, World.Tree, Cancellation);
        Assert.Equal(["CC0-1.0", "MIT", "LGPL-2.1-or-later", "GPL-3.0-or-later"], installed.Select(package => package.License));
    }

    [Fact]
    public async Task Package_signed_by_a_key_that_nobody_vouches_for_is_refused()
    {
        // The key is in the keyring, but what is trusted is another one.
        var folder = Directory.CreateDirectory(World.Folder.Combine("untrusted")).FullName;
        File.Copy(World.Folder.Combine("packager.gpg"), Path.Combine(folder, "packager.gpg"));
        await File.WriteAllTextAsync(Path.Combine(folder, "packager-trusted"), string.Empty, Cancellation);
        var definition = World.Definition with { Keyring = Path.Combine(folder, "packager.gpg") };
        var error = await Assert.ThrowsAsync<BananaException>(() => World.Base().FetchAsync(definition, World.Lockfile, Cancellation));
        Assert.Equal(ExitCode.Untrusted, error.Code);
        Assert.Contains("vouches", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keyring_without_a_list_of_trust_trusts_its_keys()
    {
        var folder = Directory.CreateDirectory(World.Folder.Combine("plain")).FullName;
        File.Copy(World.Folder.Combine("packager.gpg"), Path.Combine(folder, "keys.gpg"));
        var definition = World.Definition with { Keyring = Path.Combine(folder, "keys.gpg") };
        var lockfile = await World.Base().ResolveAsync(definition, World.Suite, World.Packages, Cancellation);
        await World.Base().FetchAsync(definition, lockfile, Cancellation);
    }
}
