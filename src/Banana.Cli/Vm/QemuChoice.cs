// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.RegularExpressions;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Acceleration;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>Chooses the QEMU of a machine: the host's, unless it would emulate and is too old for that; then one of the workbench.</summary>
internal static partial class QemuChoice
{
    private const string Workbench = "vm";

    /// <summary>Chooses; the workbench is made when it is needed first.</summary>
    public static async Task<QemuInstallation> ForAsync(Accelerator accelerator, IProcessRunner host, IProgressSink progress, CancellationToken cancellation)
    {
        if (accelerator.Kind == AcceleratorKind.Kvm || VersionOf((await host.RunAsync(Command.Of("qemu-system-x86_64", "--version"), cancellation)).Output) >= QemuInstallation.FirstSound)
        {
            return QemuInstallation.Host;
        }

        // Made by the host's own tools, as any workbench; that needs root once.
        var checkout = Checkout.Find();
        Privileges.EnsureRoot("making the workbench of virtual machines", checkout.ReadLocalConfiguration().Cache);
        using var maker = new MakerEnvironment(checkout, progress, host);
        await HostPackages.EnsureAsync(Need.Build, host, progress, cancellation);
        return QemuInstallation.OfTree((await maker.WorkbenchAsync(Workbench, maker.HostContext, cancellation)).Root);
    }

    /// <summary>Reads "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)".</summary>
    internal static Version VersionOf(string text) =>
        VersionText().Match(text) is { Success: true } match && Version.TryParse(match.Groups["version"].Value, out var version) ? version : new Version(0, 0);

    [GeneratedRegex(@"version (?<version>[0-9]+\.[0-9]+(\.[0-9]+)?)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex VersionText();
}
