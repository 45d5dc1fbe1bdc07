// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Machine;

namespace Banana.Vm.Health;

/// <summary>
/// Makes a guest tell how it is. A unit and its script are given to the guest's systemd as credentials
/// (<c>systemd.extra-unit.*</c> and <c>systemd.unit-dropin.*</c>, systemd.system-credentials(7)), so nothing of it is in the image.
/// It runs when the boot is finished and prints to the second serial port: there it is not mixed with the kernel's words,
/// and no login hangs up the line.
/// </summary>
public static class HealthProbe
{
    /// <summary>What begins the report; the number is the version of its form.</summary>
    internal const string Begin = "BANANA-HEALTH-BEGIN 1";

    /// <summary>What ends the report; the number of its lines follows.</summary>
    internal const string End = "BANANA-HEALTH-END ";

    // Type=exec: the unit's own job is done when the script starts, so the script can wait until no job is left.
    private const string Unit = """
        [Unit]
        Description=Report health to the host
        DefaultDependencies=no
        After=multi-user.target graphical.target
        ConditionPathExists=!/etc/initrd-release

        [Service]
        Type=exec
        LoadCredential=banana.health
        ExecStart=/bin/sh %d/banana.health
        """;

    /// <summary>The credentials that put the probe into a guest.</summary>
    public static IReadOnlyList<Credential> Credentials() =>
    [
        Script(),
        Credential.Text("systemd.extra-unit.banana-health.service", Unit + "\n"),
        Credential.Text("systemd.unit-dropin.multi-user.target", "[Unit]\nWants=banana-health.service\n"),
    ];

    /// <summary>The credential with the script alone, for somebody else who runs it.</summary>
    internal static Credential Script()
    {
        using var script = new StreamReader(typeof(HealthProbe).Assembly.GetManifestResourceStream("probe.sh")!);
        return Credential.Text("banana.health", script.ReadToEnd());
    }
}
