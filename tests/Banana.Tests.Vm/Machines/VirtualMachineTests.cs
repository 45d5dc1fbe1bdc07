// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using System.Text.RegularExpressions;
using Banana.Foundation.Errors;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Tests.Vm.Machines;

/// <summary>Real QEMU with real firmware, and no system on the disk.</summary>
public sealed class VirtualMachineTests : IDisposable
{
    private readonly FirmwareShell shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task The_console_talks_both_ways_the_screen_can_be_seen_and_nothing_is_left()
    {
        var disk = shell.EmptyDisk();
        var before = await File.ReadAllBytesAsync(disk, Token);
        string work;
        await using (var machine = await FirmwareShell.StartAsync(shell.Options with { Disk = disk, Screen = MachineScreen.Headless, Network = new MachineNetwork(false, []) }, Token))
        {
            work = Path.GetDirectoryName(machine.Report.LogFile)!;
            await machine.Console.WaitForAsync("UEFI Interactive Shell", FirmwareShell.Patience, Token);
            await machine.Console.WriteAsync("\e", Token);
            await machine.Console.WaitForAsync("Shell>", FirmwareShell.Patience, Token);
            await machine.Console.WriteAsync("echo ban^ana\r", Token);
            var line = await machine.Console.WaitForAsync(new Regex("^banana$"), FirmwareShell.Patience, Token);
            Assert.InRange(line.At, TimeSpan.FromMilliseconds(100), machine.Uptime);
            Assert.Equal("running", await machine.Monitor.QueryStatusAsync(Token));

            await machine.SaveScreenAsync(shell.File("screen.png"), Token);
            var png = await File.ReadAllBytesAsync(shell.File("screen.png"), Token);
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
            Assert.True(png.Length > 2000, $"the picture has {png.Length} bytes: nothing is on it");

            await machine.Console.WriteAsync("reset -s\r", Token);
            await machine.WaitForEndAsync(FirmwareShell.Patience, Token);
            Assert.Contains(machine.Events, happened => happened.Event.Name == "SHUTDOWN" && happened.Event.Text("reason") == "guest-shutdown");
        }

        Assert.False(Directory.Exists(work));
        Assert.Equal(before, await File.ReadAllBytesAsync(disk, Token));
        Assert.Contains("\e[", await File.ReadAllTextAsync(shell.File("serial.log"), Token));
    }

    [Fact]
    public async Task Waiting_for_the_health_of_a_disk_without_a_system_ends_as_soon_as_that_is_known()
    {
        await using var machine = await FirmwareShell.StartAsync(shell.Options with { Disk = shell.EmptyDisk() }, Token);
        var error = await Assert.ThrowsAsync<BananaException>(() => GuestHealth.WaitAsync(machine, TimeSpan.FromMinutes(5), Token));
        Assert.Equal(ExitCode.Unhealthy, error.Code);
        Assert.Contains("the firmware found nothing to boot on the disk", error.Message);
        Assert.Contains(shell.File("serial.log"), error.Message);
    }

    [Fact]
    public async Task A_machine_that_does_not_say_it_in_time_and_one_that_is_killed_are_told_apart()
    {
        await using var machine = await FirmwareShell.StartAsync(shell.Options, Token);
        var late = await Assert.ThrowsAsync<BananaException>(() => machine.Console.WaitForAsync("login:", TimeSpan.FromSeconds(0.2), Token));
        Assert.Contains("'login:' did not appear on the serial console within 0.2 s", late.Message);

        var login = machine.Console.WaitForAsync("login:", FirmwareShell.Patience, Token);
        using (var process = Process.GetProcessById(machine.ProcessId))
        {
            process.Kill();
        }

        Assert.Contains("QEMU ended with exit code 137", (await Assert.ThrowsAsync<BananaException>(() => login)).Message);
        await Assert.ThrowsAsync<BananaException>(() => machine.WaitForEndAsync(TimeSpan.FromSeconds(10), Token));
        await Assert.ThrowsAsync<BananaException>(() => machine.Monitor.QueryStatusAsync(Token));
    }

    [Fact]
    public async Task Cancelling_ends_the_machine_and_whoever_waits_for_it()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var machine = await FirmwareShell.StartAsync(shell.Options, stop.Token);
        var login = machine.Console.WaitForAsync("login:", FirmwareShell.Patience, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => login);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.Ended);
        Assert.False(Directory.Exists($"/proc/{machine.ProcessId}"));
    }

    [Fact]
    public async Task Kvm_that_fails_under_the_firmware_becomes_emulation_and_says_so()
    {
        // On a machine with KVM that works this starts with KVM and stays so.
        var works = Accelerator.Detect().Kind == AcceleratorKind.Kvm;
        await using var machine = await FirmwareShell.StartAsync(shell.Options with { Accelerator = new Accelerator(AcceleratorKind.Kvm, "test") }, Token);
        await machine.Console.WaitForAsync("UEFI Interactive Shell", FirmwareShell.Patience, Token);
        Assert.Equal(works ? AcceleratorKind.Kvm : AcceleratorKind.Tcg, machine.Accelerator.Kind);
        Assert.Equal(!works, machine.Console.Lines[0].Text.StartsWith("[banana] KVM failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kvm_that_was_asked_for_and_fails_is_an_error()
    {
        Assert.SkipWhen(Accelerator.Detect().Kind == AcceleratorKind.Kvm, "KVM works here");
        var error = await Assert.ThrowsAnyAsync<BananaException>(async () =>
        {
            await using var machine = await FirmwareShell.StartAsync(shell.Options with { Accelerator = new Accelerator(AcceleratorKind.Kvm, "asked for", IsForced: true) }, Token);
            await machine.Console.WaitForAsync("UEFI Interactive Shell", FirmwareShell.Patience, Token);
        });
        Assert.Contains("KVM failed", error.Message);
    }

    [Fact]
    public async Task A_kept_disk_belongs_to_one_image_and_to_one_machine_at_a_time()
    {
        var image = shell.EmptyDisk();
        var options = shell.Options with { Disk = image, PersistentDisk = shell.File("kept.qcow2") };
        await using (var machine = await FirmwareShell.StartAsync(options, Token))
        {
            var busy = await Assert.ThrowsAsync<BananaException>(() => FirmwareShell.StartAsync(options with { SerialLog = shell.File("second.log") }, Token));
            Assert.Equal(ExitCode.Busy, busy.Code);
        }

        Assert.True(File.Exists(shell.File("kept.qcow2")) && File.Exists(shell.File("kept.qcow2.efivars")));
        var other = await Assert.ThrowsAsync<BananaException>(() => FirmwareShell.StartAsync(options with { Disk = shell.EmptyDisk("other.raw") }, Token));
        Assert.Contains($"was made over {image}, not over {shell.File("other.raw")}", other.Message);
        var foreign = await Assert.ThrowsAsync<BananaException>(() => FirmwareShell.StartAsync(options with { PersistentDisk = image }, Token));
        Assert.Contains("is not a disk that 'banana vm --persist' made", foreign.Message);
    }

    [Fact]
    public async Task A_port_of_the_host_that_is_taken_is_said_so()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<BananaException>(() => FirmwareShell.StartAsync(shell.Options with { Network = new MachineNetwork(false, [new PortForward(port, 22)]) }, Token));
        Assert.Equal(ExitCode.Busy, error.Code);
        Assert.Contains($"127.0.0.1:{port}", error.Message);
    }

    [Fact]
    public async Task What_qemu_does_not_like_is_in_the_error_with_the_command()
    {
        var error = await Assert.ThrowsAsync<BananaException>(() => FirmwareShell.StartAsync(shell.Options with { ExtraArguments = ["-device", "no-such-device"] }, Token));
        Assert.Equal(ExitCode.ToolFailed, error.Code);
        Assert.Contains("no-such-device", error.Message);
        Assert.Contains("to replay: setsid setpriv --pdeathsig KILL -- qemu-system-x86_64", error.Message);
    }
}
