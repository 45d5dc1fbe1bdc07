// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Vm;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Unit.Vm;

/// <summary>Which QEMU runs a machine.</summary>
public sealed class QemuChoiceTests
{
    [Theory]
    [InlineData("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright", "7.2.22", false)]
    [InlineData("QEMU emulator version 8.1.0", "8.1.0", true)]
    [InlineData("QEMU emulator version 11.1.2 (Debian 1:11.1.2+ds-3)", "11.1.2", true)]
    [InlineData("something else", "0.0", false)]
    public void Only_a_sound_version_emulates(string text, string version, bool isSound)
    {
        Assert.Equal(Version.Parse(version), QemuChoice.VersionOf(text));
        Assert.Equal(isSound, QemuChoice.VersionOf(text) >= QemuInstallation.FirstSound);
    }

    [Fact]
    public async Task With_KVM_the_hosts_is_taken_whatever_its_version_is() =>
        Assert.Same(QemuInstallation.Host, await QemuChoice.ForAsync(new Accelerator(AcceleratorKind.Kvm, "test"), new ProcessRunner(), SilentProgress.Instance, TestContext.Current.CancellationToken));

    [Fact]
    public void That_of_a_tree_runs_with_the_trees_own_loader_and_modules()
    {
        var words = QemuInstallation.OfTree("/tree").Words;
        Assert.Equal("QEMU_MODULE_DIR=/tree/usr/lib/x86_64-linux-gnu/qemu", words[1]);
        Assert.Equal("/tree/usr/lib64/ld-linux-x86-64.so.2", words[2]);
        Assert.Contains("/tree/usr/bin/qemu-system-x86_64", words);
    }
}
