// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Vm.Machine;

namespace Banana.Qa.Staging;

/// <summary>A release whose desktop does not come up: everything is in it and works, but no session can start a compositor.</summary>
public static class BrokenDesktop
{
    /// <summary>
    /// How long a boot of it may take to be good, in place of ten minutes. Long enough that all other checks hold on an emulated machine as well, and shorter than what
    /// is taken there for a machine that stands still.
    /// </summary>
    public static readonly TimeSpan BootTime = TimeSpan.FromSeconds(150);

    // The login manager's session and the person's are children of a service manager each, and nothing below one can open the file.
    private const string Sessions = "[Service]\nInaccessiblePaths=/usr/bin/kwin_wayland\n";

    /// <summary>The words of its kernel command line that make it so.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        Credential.Text("systemd.unit-dropin.user@.service~broken", Sessions).ToKernelWord(),
        Credential.Text("banana.updates", string.Create(CultureInfo.InvariantCulture, $$"""{ "bootTimeout": {{BootTime.TotalSeconds}} }""")).ToKernelWord(),
    ];
}
