// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Forge.Build;

/// <summary>How systemd-boot starts a release (loader.conf(5), systemd-boot(7), "Automatic Boot Assessment").</summary>
public static class BootLoader
{
    /// <summary>How often a release is tried before an older one is taken instead, unless it is blessed first.</summary>
    public const int Tries = 3;

    /// <summary>The size of the EFI system partition: a UKI per slot, one for recovery and room for two more, with a margin for years.</summary>
    public const long EspMegabytes = 1024;

    /// <summary>loader.conf: no menu unless a key is held (or a device asks for it once, after a boot that was not good), no editor (it could drop the verity root hash from the command line).</summary>
    public const string Settings = "timeout 0\neditor no\nauto-firmware yes\n";
}
