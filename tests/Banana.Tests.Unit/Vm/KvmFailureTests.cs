// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Vm.Machine;

namespace Banana.Tests.Unit.Vm;

/// <summary>What QEMU prints when KVM cannot run a machine, as recorded, and what it prints otherwise.</summary>
public sealed class KvmFailureTests
{
    [Theory]
    [InlineData("qemu-system-x86_64: error: failed to set MSR 0x10a to 0x69")]
    [InlineData("qemu-system-x86_64: ../../target/i386/kvm/kvm.c:3183: kvm_buf_set_msrs: Assertion `ret == cpu->kvm_msr_buf->nmsrs' failed.")]
    [InlineData("KVM internal error. Suberror: 1")]
    [InlineData("qemu-system-x86_64: -accel kvm: failed to initialize kvm: Operation not supported")]
    [InlineData("Could not access KVM kernel module: Permission denied")]
    public void It_is_told_from_the_line(string line) => Assert.True(QemuSession.TellsOfKvm(line));

    [Theory]
    [InlineData("qemu-system-x86_64: warning: host doesn't support requested feature: MSR(48EH).vmx-exit-load-perf-global-ctrl [bit 12]")]
    [InlineData("qemu-system-x86_64: -drive if=pflash,file=/home/kvm/kvm.raw: Failed to get \"write\" lock")]
    [InlineData("qemu-system-x86_64: -netdev user,hostfwd=tcp::22-:22: Could not set up host forwarding rule")]
    public void Other_words_are_not_taken_for_it(string line) => Assert.False(QemuSession.TellsOfKvm(line));
}
