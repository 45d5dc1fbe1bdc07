// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text;
using Banana.Daemon.Health;
using Banana.Device.Running;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Device;

/// <summary>A boot on which there can be no verdict: its end is never an endless row of restarts.</summary>
public sealed class BootCheckTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("\\EFI\\Linux\\banana_20261126.1+2-1.efi", 2)]
    [InlineData("\\EFI\\Linux\\banana_20261126.1+0-3.efi", 0)]
    [InlineData("\\EFI\\Linux\\banana_20261126.1.efi", 0)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    public void Tries_are_those_that_the_boot_loader_told(string? path, int expected)
    {
        if (path is not null)
        {
            File.WriteAllBytes(folder["LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"], [7, 0, 0, 0, .. Encoding.Unicode.GetBytes(path + "\0")]);
        }

        Assert.Equal(expected, BootCounter.TriesLeft(folder.Path));
    }

    [Theory]
    [InlineData(2, ExitCode.Unhealthy)]
    [InlineData(0, ExitCode.Success)]
    public async Task A_device_that_does_not_open_is_restarted_while_tries_are_counted(int left, ExitCode expected)
    {
        Assert.Equal(expected, await BootCheck.RunAsync(() => throw new BananaException(ExitCode.BadInput, "the EFI system partition is not mounted"), () => left, TestContext.Current.CancellationToken));
        Assert.Equal(expected, await BootCheck.RunAsync(() => throw new IOException("Input/output error"), () => left, TestContext.Current.CancellationToken));
    }
}
