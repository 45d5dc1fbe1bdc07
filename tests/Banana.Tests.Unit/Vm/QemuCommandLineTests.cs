// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Vm.Acceleration;
using Banana.Vm.Firmware;
using Banana.Vm.Machine;

namespace Banana.Tests.Unit.Vm;

public sealed class QemuCommandLineTests : IDisposable
{
    private static readonly Accelerator Tcg = new(AcceleratorKind.Tcg, "test");
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Kept_writes_are_not_left_to_chance_and_thrown_away_ones_cost_nothing()
    {
        Assert.Contains("cache=unsafe", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg }, keeps: false));
        Assert.Contains("cache=writeback", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg }, keeps: true));
    }

    [Fact]
    public void Ports_are_forwarded_from_the_loopback_interface_only_and_the_guest_is_shut_in()
    {
        var line = Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg, Network = new MachineNetwork(false, [new PortForward(2222, 22)]) });
        Assert.Contains("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22", line);
        Assert.Contains("restrict=off", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg, Network = new MachineNetwork(true, []) }));
        Assert.DoesNotContain("virtio-net", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg }));
    }

    [Fact]
    public void A_comma_in_a_path_does_not_begin_an_option() =>
        Assert.Contains("file=/a,,b/disk.qcow2", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg }));

    [Fact]
    public void The_disk_is_what_the_firmware_boots_from() =>
        Assert.Contains("virtio-blk-pci,drive=disk,bootindex=1", Line(new MachineOptions { SerialLog = "log", Accelerator = Tcg }));

    [Fact]
    public void An_emulated_guest_is_given_time_and_a_locale_gets_to_every_guest()
    {
        var options = new MachineOptions { SerialLog = "log", Accelerator = Tcg, KernelWords = ["locale.LANG=de_DE.UTF-8"] };
        Assert.Contains("type=11,value=io.systemd.stub.kernel-cmdline-extra=systemd.default_device_timeout_sec=600 systemd.default_timeout_start_sec=600 locale.LANG=de_DE.UTF-8", Line(options));
        var fast = new Accelerator(AcceleratorKind.Kvm, "test");
        Assert.Contains("cmdline-extra=locale.LANG", Line(options with { Accelerator = fast }));
        Assert.DoesNotContain("cmdline-extra", Line(new MachineOptions { SerialLog = "log", Accelerator = fast }));
    }

    [Fact]
    public void A_credential_goes_by_a_file_and_not_by_the_command_line()
    {
        var arguments = Credential.Text("a.b", "secret").Write(folder.Path, 3);
        Assert.Equal(["-smbios", $"type=11,path={folder["credential-3"]}"], arguments);
        Assert.Equal($"io.systemd.credential.binary:a.b={Convert.ToBase64String("secret"u8)}", File.ReadAllText(folder["credential-3"]));
    }

    [Fact]
    public void A_large_credential_does_not_go_into_the_firmware_tables()
    {
        var arguments = new Credential("big", Encoding.ASCII.GetBytes(new string('x', 20_000))).Write(folder.Path, 0);
        Assert.Equal(["-fw_cfg", $"name=opt/io.systemd.credentials/big,file={folder["credential-0"]}"], arguments);
        Assert.Equal(20_000, new FileInfo(folder["credential-0"]).Length);
    }

    private static string Line(MachineOptions options, bool keeps = false) => string.Join(' ', QemuCommandLine.Build(
        options, new MachineFiles(new UefiFirmware("/code", "/vars"), "/a,b/disk.qcow2", keeps, "/c", "/r", "/m", []), options.Accelerator));
}
