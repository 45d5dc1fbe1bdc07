// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;
using Banana.Foundation.Errors;
using Banana.Vm.Machine;
using Banana.Vm.Serial;

namespace Banana.Vm.Health;

/// <summary>Waits for the health report of a machine that was started with <see cref="HealthProbe.Credentials"/>.</summary>
public static partial class GuestHealth
{
    private const int CausesInErrors = 3;

    /// <summary>Waits until the guest has reported.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="timeout">How long a boot may take.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="BananaException">No report in time, or the console says that none will come: no boot entry, a panic, an emergency shell.</exception>
    public static async Task<HealthReport> WaitAsync(VirtualMachine machine, TimeSpan timeout, CancellationToken cancellation)
    {
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var report = machine.Report.WaitForLineAsync(EndMarker(), "the health report", Timeout.InfiniteTimeSpan, decided.Token);
        var hopeless = machine.Console.WaitForAsync(Hopeless(), timeout, decided.Token, "the health report");
        try
        {
            await Task.WhenAny(report, hopeless).ConfigureAwait(false);
            if (!report.IsCompletedSuccessfully)
            {
                // Either the console has the line that we hoped not to see, or it knows why no more will come.
                throw Explain(await hopeless.ConfigureAwait(false), machine.Console);
            }
        }
        finally
        {
            await decided.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(report, hopeless).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        return Read(machine.Report.Lines.Select(line => line.Text));
    }

    /// <summary>Reads the report in the lines of the report port.</summary>
    internal static HealthReport Read(IEnumerable<string> lines)
    {
        var after = lines.SkipWhile(line => line != HealthProbe.Begin).Skip(1).ToList();
        var end = after.FindIndex(line => EndMarker().IsMatch(line));
        var body = after[..end];
        HealthParser.CheckComplete(body, after[end]);
        return HealthParser.Parse(body);
    }

    [GeneratedRegex("^BANANA-HEALTH-END [0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex EndMarker();

    [GeneratedRegex("(?<firmware>No bootable option or device was found|UEFI Interactive Shell)|(?<emergency>this boot failed; the machine restarts|You are in (emergency|rescue) mode|Entering emergency mode|Cannot open access to console)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hopeless();

    [GeneratedRegex(@"^\[(FAILED|DEPEND|[ ]TIME[ ])\] (?<what>.*)$|systemd\[1\]: (?<what>.*(Failed to start|Failed to mount|Timed out).*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cause();

    private static BananaException Explain(SerialLine line, SerialConsole console)
    {
        if (Hopeless().Match(line.Text).Groups["firmware"].Success)
        {
            return console.Failure("the firmware found nothing to boot on the disk");
        }

        var causes = console.Lines.Select(each => Cause().Match(each.Text)).Where(match => match.Success).Select(match => match.Groups["what"].Value).Distinct(StringComparer.Ordinal).Take(CausesInErrors).ToList();
        return console.Failure($"the boot failed{(causes.Count == 0 ? string.Empty : $" ({string.Join("; ", causes)})")}");
    }
}
