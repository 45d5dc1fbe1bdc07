// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Vm;
using Banana.Foundation.Errors;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Tests.Unit.Cli;

public sealed class VmRequestTests
{
    [Theory]
    [InlineData("2048M", 2048)]
    [InlineData("2048", 2048)]
    [InlineData("4G", 4096)]
    [InlineData("512m", 512)]
    public void Memory_is_read(string text, int mebibytes) => Assert.Equal(mebibytes, VmRequest.ParseMemory(text));

    [Theory]
    [InlineData("much")]
    [InlineData("2GG")]
    [InlineData("-1")]
    [InlineData("99999999G")]
    [InlineData("64M")]
    public void Memory_that_makes_no_sense_is_refused(string text) => Refused(() => VmRequest.ParseMemory(text), $"--memory '{text}'");

    [Fact]
    public void A_forward_is_read() => Assert.Equal(new PortForward(2222, 22), VmRequest.ParseForward("2222:22"));

    [Theory]
    [InlineData("2222")]
    [InlineData("2222:22:1")]
    [InlineData("0:22")]
    [InlineData("2222:65536")]
    [InlineData("a:22")]
    public void A_bad_port_is_refused(string text) => Refused(() => VmRequest.ParseForward(text), $"--forward '{text}'");

    [Fact]
    public void An_accelerator_is_chosen_or_named()
    {
        Assert.Null(VmRequest.ParseAccelerator("auto"));
        Assert.Equal(AcceleratorKind.Tcg, VmRequest.ParseAccelerator("tcg"));
        Refused(() => VmRequest.ParseAccelerator("hax"), "--accel 'hax'");
    }

    [Fact]
    public void Options_that_do_not_go_together_are_refused()
    {
        Refused(() => new VmRequest { Processors = 1, Json = true }.Check(), "--json is for the health report");
        Refused(() => new VmRequest { Processors = 0 }.Check(), "--cpus 0");
        Refused(() => new VmRequest { Processors = 1, Timeout = TimeSpan.Zero }.Check(), "--timeout 0");
    }

    [Theory]
    [InlineData("ab\u001d", "ab", true)]
    [InlineData("ab\u0001xcd", "ab", true)]
    [InlineData("\u0001\u0001b", "\u0001b", false)]
    [InlineData("\u0001q", "\u0001q", false)]
    [InlineData("\u0003\u0004", "\u0003\u0004", false)]
    public void Keys_are_the_guests_but_for_those_that_leave(string typed, string guest, bool leaves)
    {
        var keys = new EscapeKeys();
        // One by one, as a person types.
        var sent = typed.TakeWhile(_ => !keys.Leaves).SelectMany(key => keys.Filter([(byte)key])).Select(key => (char)key);
        Assert.Equal(guest, string.Concat(sent.ToList()));
        Assert.Equal(leaves, keys.Leaves);
    }

    private static void Refused(Action act, string begin)
    {
        var error = Assert.Throws<BananaException>(act);
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.StartsWith(begin, error.Message, StringComparison.Ordinal);
    }
}
