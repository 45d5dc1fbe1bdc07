// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Vm.Health;

namespace Banana.Tests.Unit.Vm;

public sealed class HealthVerdictTests
{
    [Fact]
    public void A_system_as_it_should_be_is_healthy()
    {
        var verdict = HealthVerdict.Of(HealthSamples.Report, new HealthExpectation("20261030.1", HealthSamples.RootHash));
        Assert.True(verdict.IsHealthy, string.Join('\n', verdict.Reasons));
        Assert.Equal(["system state", "units", "/usr read-only", "/usr verified", "/etc overlay", "root file system", "/var", "boot entry", "version"], verdict.Checks.Select(check => check.Name));
    }

    [Theory]
    [InlineData("state=", "state=degraded\nfailed=foo.service\nfailed-log=foo.service first\nfailed-log=foo.service it broke", "units: failed: foo.service (it broke)")]
    [InlineData("state=", "state=starting\njob=7 foo.service start running", "system state: starting; still waiting: 7 foo.service start running")]
    [InlineData("writable=/etc", "writable=/usr\nwritable=/etc", "/usr read-only: a file could be made in /usr")]
    [InlineData("mount=/usr", "", "/usr read-only: is not a file system of its own")]
    [InlineData("mount=/usr", "mount=/usr /dev/vda2 erofs 1 1 ro", "/usr verified: no dm-verity device below /usr (it is on /dev/vda2)")]
    [InlineData("verity=status", "verity=status: corrupted", "/usr verified: dm-verity says corrupted")]
    [InlineData("cmdline=", "cmdline=usrhash=abc rw", $"/usr verified: root hash abc booted, {HealthSamples.RootHash} was built")]
    [InlineData("mount=/etc", "", "/etc overlay: is a plain folder")]
    [InlineData("writable=/etc", "", "/etc overlay: nothing can be written to it")]
    [InlineData("writable=/var", "", "/var: btrfs, nothing can be written to it, 21.6 MiB of 5.9 GiB used")]
    [InlineData("bless=", "bless=indeterminate", "boot entry: banana_20261030.1.efi is still on trial after a finished boot")]
    [InlineData("bless=", "bless=bad", "boot entry: banana_20261030.1.efi is marked bad")]
    [InlineData("bless=", "count-path=\\EFI\\Linux\\a+2-1.efi", "boot entry: banana_20261030.1.efi is on trial, and the system has no systemd-bless-boot to end that")]
    [InlineData("bless=", "entry-file=banana_20261030.1+0-3.efi", "boot entry: banana_20261030.1+0-3.efi has no tries left: it is not started again while there is another")]
    [InlineData("bless=", "entry-file=banana_20261029.1+3.efi", "boot entry: banana_20261030.1.efi is no longer among banana_20261029.1+3.efi")]
    [InlineData("os=IMAGE_VERSION", "os=IMAGE_VERSION=20261029.4", "version: 20261029.4 booted, 20261030.1 was built")]
    public void Each_thing_that_is_wrong_is_named(string begin, string line, string reason)
    {
        var verdict = HealthVerdict.Of(HealthSamples.With((begin, line)), new HealthExpectation("20261030.1", HealthSamples.RootHash));
        Assert.False(verdict.IsHealthy);
        Assert.Contains(reason, verdict.Reasons);
    }

    [Theory]
    [InlineData("banana_20261030.1+3.efi", "banana_20261030.1+3.efi, all tries are there")]
    [InlineData("banana_20261030.1+2-1.efi", "banana_20261030.1+2-1.efi, 2 tries are left")]
    [InlineData("banana_20261030.1.efi", "banana_20261030.1.efi, not counted")]
    public void The_file_of_the_entry_says_what_the_next_start_will_do(string file, string detail)
    {
        var verdict = HealthVerdict.Of(HealthSamples.With(("bless=", $"bless=indeterminate\nentry-file=banana_20261029.1+3.efi\nentry-file={file}")));
        Assert.True(verdict.IsHealthy, string.Join('\n', verdict.Reasons));
        Assert.Equal(detail, verdict.Checks.Single(check => check.Name == "boot entry").Detail);
    }

    [Fact]
    public void An_entry_that_is_not_counted_and_a_system_without_veritysetup_are_healthy()
    {
        var verdict = HealthVerdict.Of(HealthSamples.With(("bless=", ""), ("verity=", "")));
        Assert.True(verdict.IsHealthy, string.Join('\n', verdict.Reasons));
    }
}
