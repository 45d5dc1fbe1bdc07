// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Cli.Terminal;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Cli.Vm;

/// <summary>A machine that is booted once for its health report.</summary>
internal static class HealthSession
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Boots, prints the report, powers off.</summary>
    public static async Task<ExitCode> RunAsync(VmRequest request, BootSource source, MachineOptions options, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        TerminalOutput.Info($"{source.Name} with {options.Accelerator.Description}; log: {options.SerialLog}");
        var expected = source.Release is { Manifest: var manifest } ? new HealthExpectation(manifest.Version.ToString(), manifest.RootHash) : null;
        var boot = await WatchedBoot.RunAsync(options, expected, request.Timeout ?? DefaultTimeout, tools, progress, cancellation);
        if (request.Screenshot is { } picture && boot.Screen is { } screen)
        {
            await AtomicFile.WriteAsync(picture, screen, cancellation);
        }

        if (request.Json)
        {
            TerminalOutput.Result(JsonSerializer.Serialize(HealthJson.Of(source.Name, boot), HealthJsonContext.Default.HealthJson));
        }
        else
        {
            foreach (var line in HealthText.Of(boot, TerminalOutput.Paint))
            {
                TerminalOutput.Result(line);
            }
        }

        return boot.Verdict.IsHealthy ? ExitCode.Success : ExitCode.Unhealthy;
    }
}
