// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;
using Banana.Vm.Firmware;

namespace Banana.Tests.Unit.Vm;

public sealed class UefiFirmwareTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData("usr/share/OVMF/OVMF_CODE_4M.fd", "usr/share/OVMF/OVMF_VARS_4M.fd")]
    [InlineData("usr/share/edk2/x64/OVMF_CODE.4m.fd", "usr/share/edk2/x64/OVMF_VARS.4m.fd")]
    [InlineData("usr/share/edk2/ovmf/OVMF_CODE.fd", "usr/share/edk2/ovmf/OVMF_VARS.fd")]
    public void It_is_found_where_distributions_put_it(string code, string variables)
    {
        root.With(code, string.Empty).With(variables, string.Empty);
        Assert.Equal(new UefiFirmware(root[code], root[variables]), UefiFirmware.Find(root.Path));
    }

    [Fact]
    public void Code_without_variables_is_passed_over()
    {
        root.With("usr/share/OVMF/OVMF_CODE_4M.fd", string.Empty).With("usr/share/OVMF/OVMF_CODE.fd", string.Empty).With("usr/share/OVMF/OVMF_VARS.fd", string.Empty);
        Assert.EndsWith("OVMF_CODE.fd", UefiFirmware.Find(root.Path).Code, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_it_is_told_what_to_install()
    {
        var error = Assert.Throws<BananaException>(() => UefiFirmware.Find(root.Path));
        Assert.Equal(ExitCode.MissingTool, error.Code);
        Assert.Contains("install 'ovmf'", error.Message);
    }
}
