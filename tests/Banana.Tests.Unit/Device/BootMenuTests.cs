// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Device.Boots;

namespace Banana.Tests.Unit.Device;

public sealed class BootMenuTests
{
    [Fact]
    public void It_is_asked_for_as_the_firmware_keeps_it_and_only_once()
    {
        using var folder = new TemporaryFolder();
        var variable = folder["LoaderConfigTimeoutOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"];

        Assert.True(BootMenu.ShowOnce(folder.Path));

        // The attributes, then "10" in UTF-16 with its end: what `bootctl set-timeout-oneshot 10` writes.
        byte[] expected = [7, 0, 0, 0, (byte)'1', 0, (byte)'0', 0, 0, 0];
        Assert.Equal(expected, File.ReadAllBytes(variable));
        Assert.False(BootMenu.ShowOnce(folder.Path));
        Assert.Equal(expected, File.ReadAllBytes(variable));
    }

    [Fact]
    public void A_machine_without_such_firmware_goes_on_without_it()
    {
        using var folder = new TemporaryFolder();
        Assert.False(BootMenu.ShowOnce(folder["no/such/folder"]));
    }
}
