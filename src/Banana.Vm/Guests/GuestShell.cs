// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text.RegularExpressions;
using Banana.Foundation.Errors;
using Banana.Vm.Acceleration;
using Banana.Vm.Health;
using Banana.Vm.Machine;
using Banana.Vm.Serial;

namespace Banana.Vm.Guests;

/// <summary>What a command in a guest came to.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Lines">What it printed, errors too.</param>
public sealed record GuestResult(int Code, IReadOnlyList<string> Lines)
{
    /// <summary>What it printed, as one text.</summary>
    public string Text => string.Join('\n', Lines);
}

/// <summary>
/// Runs commands in a guest, as root, over its second serial port. The shell is a unit that the guest's systemd gets as a credential
/// (systemd.system-credentials(7)): nothing of it is in the image. It starts with the boot and again after each restart.
/// </summary>
/// <param name="machine">The machine; it was started with <see cref="Credentials"/>.</param>
public sealed partial class GuestShell(VirtualMachine machine)
{
    private const string Ready = "BANANA-SHELL-READY";

    private const string Unit = $"""
        [Unit]
        Description=Take commands from the host
        DefaultDependencies=no
        After=sysinit.target dbus.socket
        ConditionPathExists=!/etc/initrd-release

        [Service]
        Type=exec
        ImportCredential=banana.health
        Environment=LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER=
        StandardInput=tty-force
        StandardOutput=tty
        StandardError=tty
        TTYPath=/dev/ttyS1
        TTYReset=yes
        IgnoreSIGPIPE=no
        ExecStart=/bin/bash --noprofile --norc -c 'stty -echo -onlcr cols 1000; echo {Ready}; while IFS= read -r line; do eval "$line"; done'
        """;

    // A boot tells something all the time; systemd says every second what it waits for.
    private static readonly TimeSpan Stillness = TimeSpan.FromMinutes(4);
    private int last;
    private int boots;

    /// <summary>
    /// How often an emulated machine stood still in the middle of a boot and was reset, as a person would do it. Kernels hang now and then while emulated
    /// processors are started or patched; it costs the release a try. Never done to a machine with KVM.
    /// </summary>
    public int StoodStill { get; private set; }

    /// <summary>The credentials that put the shell into a guest.</summary>
    public static IReadOnlyList<Credential> Credentials() =>
    [
        HealthProbe.Script(),
        Credential.Text("systemd.extra-unit.banana-shell.service", Unit + "\n"),
        Credential.Text("systemd.unit-dropin.sysinit.target", "[Unit]\nWants=banana-shell.service\n"),
    ];

    /// <summary>Waits until a boot has the shell; the second time, the boot after that.</summary>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="BananaException">It did not come in time, or the machine ended.</exception>
    public async Task OpenAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var wanted = ++boots;
        var end = machine.Uptime + timeout;
        var (told, since) = (0L, machine.Uptime);
        while (Seen() < wanted)
        {
            var length = new FileInfo(machine.Console.LogFile).Length;
            (told, since) = length == told ? (told, since) : (length, machine.Uptime);
            if (machine.Accelerator.Kind == AcceleratorKind.Tcg && machine.Uptime - since > Stillness)
            {
                StoodStill++;
                since = machine.Uptime;
                await machine.Monitor.ResetAsync(cancellation).ConfigureAwait(false);
            }

            if (machine.Ended.IsCompleted)
            {
                await machine.Ended.ConfigureAwait(false);
                throw new BananaException(ExitCode.Unhealthy, "the machine ended before it could take commands", next: $"its console is in {machine.Console.LogFile}");
            }

            if (machine.Uptime > end)
            {
                throw new BananaException(ExitCode.Unhealthy, $"the machine took no commands within {timeout.TotalSeconds:0} s", next: $"its console is in {machine.Console.LogFile}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation).ConfigureAwait(false);
        }

        // Boots in between are gone.
        boots = Seen();
        int Seen() => machine.Report.Lines.Count(line => line.Text.Contains(Ready, StringComparison.Ordinal));
    }

    /// <summary>Runs a command and waits for its end.</summary>
    /// <param name="command">A line of bash.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellation">Stops the waiting, not the command.</param>
    /// <exception cref="BananaException">It did not end in time, or the machine ended.</exception>
    public async Task<GuestResult> RunAsync(string command, TimeSpan timeout, CancellationToken cancellation)
    {
        var number = ++last;
        var (begin, end) = ($"BANANA-BEGIN-{number}", $"BANANA-END-{number}");

        // In a subshell, so that nothing of a command stays, and behind a pipe, so that it does not take the port for a terminal; the markers are
        // put together there, so that no echo of the line is taken for them.
        await machine.Report.WriteAsync($"echo BANANA-BEGIN-$(({number})); ( {command} ) </dev/null 2>&1 | cat; printf '\\n%s %d\\n' BANANA-END-$(({number})) ${{PIPESTATUS[0]}}\n", cancellation).ConfigureAwait(false);
        var line = await machine.Report.WaitForLineAsync(new Regex($"^{end} [0-9]+", RegexOptions.None, TimeSpan.FromSeconds(5)), $"the end of '{command}'", timeout, cancellation).ConfigureAwait(false);
        var lines = machine.Report.Lines.Select(printed => printed.Text).SkipWhile(text => !text.EndsWith(begin, StringComparison.Ordinal)).Skip(1).TakeWhile(text => !text.StartsWith(end, StringComparison.Ordinal)).ToList();
        if (lines is [.., ""])
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return new(int.Parse(Code().Match(line.Text).Value, CultureInfo.InvariantCulture), lines);
    }

    /// <summary>Runs a command that has to end well.</summary>
    /// <exception cref="BananaException">It did not, or as for <see cref="RunAsync"/>.</exception>
    public async Task<GuestResult> RequireAsync(string command, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await RunAsync(command, timeout, cancellation).ConfigureAwait(false);
        return result.Code == 0 ? result : throw new BananaException(ExitCode.Unhealthy, $"'{command}' ended with {result.Code} in the guest: {result.Text.ReplaceLineEndings(" ")}", next: $"the console is in {machine.Console.LogFile}");
    }

    /// <summary>Makes the guest tell how it is.</summary>
    public async Task<HealthReport> HealthAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        await machine.Report.WriteAsync("/bin/sh \"$CREDENTIALS_DIRECTORY/banana.health\"\n", cancellation).ConfigureAwait(false);
        return await GuestHealth.WaitAsync(machine, timeout, cancellation).ConfigureAwait(false);
    }

    /// <summary>Restarts the guest and waits until it takes commands again.</summary>
    public async Task RestartAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        await machine.Report.WriteAsync("systemctl reboot\n", cancellation).ConfigureAwait(false);
        await OpenAsync(timeout, cancellation).ConfigureAwait(false);
    }

    [GeneratedRegex("(?<= )[0-9]+", RegexOptions.None, 5000)]
    private static partial Regex Code();
}
