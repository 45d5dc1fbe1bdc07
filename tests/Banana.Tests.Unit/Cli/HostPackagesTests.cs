// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;

namespace Banana.Tests.Unit.Cli;

/// <summary>What the host must have, and how it is installed.</summary>
public sealed class HostPackagesTests
{
    [Theory]
    [InlineData("ID=debian", DistributionFamily.Debian)]
    [InlineData("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"", DistributionFamily.Debian)]
    [InlineData("ID=arch\nBUILD_ID=rolling", DistributionFamily.Arch)]
    [InlineData("ID=cachyos\nID_LIKE='arch'", DistributionFamily.Arch)]
    [InlineData("ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"", DistributionFamily.Fedora)]
    [InlineData("ID=void", DistributionFamily.Unknown)]
    [InlineData("", DistributionFamily.Unknown)]
    public void The_family_is_read_from_os_release(string osRelease, object family) =>
        Assert.Equal((DistributionFamily)family, DistributionFamilies.Parse(osRelease.Split('\n')));

    [Theory]
    [InlineData(DistributionFamily.Debian, "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ovmf qemu-utils")]
    [InlineData(DistributionFamily.Arch, "pacman --sync --refresh --sysupgrade --noconfirm --needed ovmf qemu-utils")]
    [InlineData(DistributionFamily.Fedora, "dnf install --assumeyes --setopt=install_weak_deps=False ovmf qemu-utils")]
    public void Packages_are_installed_by_the_distributions_own_manager(object family, string command) =>
        Assert.Equal(command, HostPackages.InstallCommands((DistributionFamily)family, ["ovmf", "qemu-utils"])[^1].ToString());

    [Fact]
    public void Nothing_is_run_on_a_distribution_that_we_do_not_know() =>
        Assert.Empty(HostPackages.InstallCommands(DistributionFamily.Unknown, ["ovmf"]));

    [Fact]
    public void Presence_is_told_by_programs_files_and_libraries()
    {
        Assert.True(Package("sh").IsPresent());
        Assert.True(Package("no-such-program", "/bin/sh").IsPresent());
        Assert.True(Package("libc.so.6").IsPresent());
        Assert.False(Package("no-such-program", "/no/such/file", "libnosuch.so.1").IsPresent());
    }

    [Fact]
    public void A_need_has_its_own_packages_only()
    {
        Assert.All(HostPackages.Missing(Need.Inspect), package => Assert.Equal(Need.Inspect, package.For));
        Assert.Empty(HostPackages.Missing(Need.None));
        Assert.All(HostPackage.All, package => Assert.True(Need.Test.HasFlag(package.For), package.Debian));
    }

    private static HostPackage Package(params string[] anyOf) => new(Need.Build, "does things", anyOf, "d", "a", "f");
}
