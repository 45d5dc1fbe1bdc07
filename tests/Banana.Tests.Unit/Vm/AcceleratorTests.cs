// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Vm.Acceleration;

namespace Banana.Tests.Unit.Vm;

public sealed class AcceleratorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("flags\t\t: fpu vme vmx sse", AcceleratorKind.Kvm)]
    [InlineData("flags\t\t: fpu svm", AcceleratorKind.Kvm)]
    [InlineData("flags\t\t: fpu vme sse vmxnet hypervisor", AcceleratorKind.Tcg)]
    [InlineData("model name\t: vmx", AcceleratorKind.Tcg)]
    public void A_device_that_opens_is_not_enough(string processors, AcceleratorKind kind)
    {
        folder.With("kvm", string.Empty).With("cpuinfo", $"processor\t: 0\n{processors}\n");
        var accelerator = Accelerator.Detect(null, folder["kvm"], folder["cpuinfo"]);
        Assert.Equal(kind, accelerator.Kind);
        Assert.False(accelerator.IsForced);
    }

    [Fact]
    public void Without_the_device_the_machine_is_emulated_and_says_why()
    {
        folder.With("cpuinfo", "flags : vmx\n");
        Assert.Equal($"emulation ({folder["kvm"]} is not there)", Accelerator.Detect(null, folder["kvm"], folder["cpuinfo"]).Description);
    }

    [Fact]
    public void What_was_asked_for_wins_over_the_flags()
    {
        folder.With("kvm", string.Empty).With("cpuinfo", "flags : fpu\n");
        Assert.Equal((AcceleratorKind.Kvm, true), Detect(AcceleratorKind.Kvm));
        Assert.Equal((AcceleratorKind.Tcg, true), Detect(AcceleratorKind.Tcg));

        (AcceleratorKind, bool) Detect(AcceleratorKind asked) => Accelerator.Detect(asked, folder["kvm"], folder["cpuinfo"]) is var found ? (found.Kind, found.IsForced) : default;
    }

    [Fact]
    public void Kvm_that_cannot_be_used_is_refused_when_it_was_asked_for()
    {
        var error = Assert.Throws<BananaException>(() => Accelerator.Detect(AcceleratorKind.Kvm, folder["kvm"], folder["cpuinfo"]));
        Assert.Equal(ExitCode.MissingTool, error.Code);
        Assert.Contains("--accel tcg", error.Message);
    }
}
