// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Diagnostics;
using System.Text;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;
using Xunit;

namespace Banana.Tests.Vm.Machines;

/// <summary>One boot of the firmware for everything that needs no guest of its own.</summary>
public sealed class VirtualMachineTests : IDisposable
{
    private readonly FirmwareShell shell = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task The_firmware_shell_talks_both_ways_shows_a_screen_and_ends()
    {
        string folder;
        await using (var machine = await FirmwareShell.StartAsync(shell.Options with { Screen = MachineScreen.Headless }, Token))
        {
            await machine.Console.WaitForAsync("UEFI Interactive Shell", FirmwareShell.Patience, Token);
            await machine.Console.WriteAsync("\e", Token);
            await machine.Console.WaitForAsync("Shell>", FirmwareShell.Patience, Token);
            Assert.Equal("running", await machine.Monitor.QueryStatusAsync(Token));

            await machine.Console.WriteAsync("echo ba%cwd%nana\r", Token);
            var line = await machine.Console.WaitForAsync(new System.Text.RegularExpressions.Regex("^banana$"), FirmwareShell.Patience, Token);
            Assert.InRange(line.At, TimeSpan.FromMilliseconds(100), machine.Uptime);
            Assert.DoesNotContain(machine.Console.Lines, each => each.Text.Contains('\e'));
            Assert.Contains("\e[", Encoding.UTF8.GetString(await ReadSharedAsync(machine.Console.LogFile)));

            await machine.SaveScreenAsync(shell.File("screen.png"), Token);
            Assert.True((await File.ReadAllBytesAsync(shell.File("screen.png"), Token)).AsSpan().StartsWith("\u0089PNG"u8[1..]) || (await File.ReadAllBytesAsync(shell.File("screen.png"), Token))[1] == 'P');

            folder = Assert.Single(Directory.GetDirectories(Root, "banana-vm-*"), IsHeldByThisMachine(machine));
            await machine.Monitor.SendKeysAsync(["r", "e", "s", "e", "t"], Token);
            await machine.Monitor.QuitAsync(Token);
            await machine.WaitForEndAsync(TimeSpan.FromSeconds(10), Token);
        }

        Assert.False(Directory.Exists(folder));
    }
}
