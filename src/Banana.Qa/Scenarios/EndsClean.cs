// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>What nobody sees, at the end of a day.</summary>
internal sealed class EndsClean : IScenario
{
    /// <inheritdoc/>
    public string Name => "end";

    /// <inheritdoc/>
    public string Title => "Nothing failed and nothing crashed";

    /// <inheritdoc/>
    public string? After => "desktop";

    /// <inheritdoc/>
    public MachineKind Machine => MachineKind.Session;

    /// <inheritdoc/>
    public async Task PlayAsync(Stage stage, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await stage.StepAsync("Look for units that failed", "none", async () => await NothingAsync("systemctl list-units --failed --plain --no-legend --no-pager | cut -d' ' -f1", "units failed"));
        await stage.StepAsync("Look for processes that crashed", "none", async () => await NothingAsync("command -v coredumpctl > /dev/null || echo 'nobody would know: there is no coredumpctl'; coredumpctl list --no-legend --no-pager 2> /dev/null | awk '{ print $10 }'", "processes crashed"));
        await stage.StepAsync("Look for a verdict on this boot", "good", () => stage.UntilCommandAsync("a boot that is good", "bananactl status --json | grep -Eq '\"isGood\": ?true'", TimeSpan.FromMinutes(1), cancellation));
        await stage.StepAsync("Shut the system down", "the machine is off", () => stage.ShutDownAsync(cancellation));

        async Task NothingAsync(string command, string what)
        {
            var found = (await stage.Shell.RequireAsync(command, TimeSpan.FromMinutes(3), cancellation)).Lines.Where(line => line.Trim().Length > 0).ToList();
            if (found.Count > 0)
            {
                throw new BananaException(ExitCode.Unhealthy, $"{what}: {string.Join(", ", found)}");
            }
        }
    }
}
