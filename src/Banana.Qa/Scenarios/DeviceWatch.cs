// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banana.Device.History;
using Banana.Device.Reports;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Qa.Staging;

namespace Banana.Qa.Scenarios;

/// <summary>What a machine under test says of its releases and its boots, as root asks it.</summary>
internal static class DeviceWatch
{
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(30);

    // A boot has ten minutes to be good, and an emulated one takes some of them.
    private static readonly TimeSpan VerdictTime = TimeSpan.FromMinutes(2);

    // Until the old system is down: units have 90 s to stop, and one of them may need all of it.
    private static readonly TimeSpan DownTime = TimeSpan.FromMinutes(2);

    /// <summary>Its state.</summary>
    public static Task<DeviceStatus> StatusAsync(Stage stage, CancellationToken cancellation) => AskAsync(stage, "status", ReportContext.Default.DeviceStatus, cancellation);

    /// <summary>What happened to it, the oldest first.</summary>
    public static Task<IReadOnlyList<DeviceEvent>> HistoryAsync(Stage stage, CancellationToken cancellation) => AskAsync(stage, "history", ReportContext.Default.IReadOnlyListDeviceEvent, cancellation);

    /// <summary>Its state and its last days, in a line for errors.</summary>
    public static async Task<string> TellAsync(Stage stage, CancellationToken cancellation) =>
        string.Join(" | ", (await stage.Shell.RunAsync("bananactl status; bananactl history -n 3", CommandTime * stage.Slowness, cancellation)).Lines.Select(line => line.Trim()).Where(line => line.Length > 0));

    /// <summary>What runs, by a look that needs no service.</summary>
    public static async Task<ReleaseVersion> RunsAsync(Stage stage, CancellationToken cancellation) =>
        ReleaseVersion.Parse((await stage.Shell.RequireAsync(". /usr/lib/os-release; echo $IMAGE_VERSION", CommandTime * stage.Slowness, cancellation)).Text);

    /// <summary>Fails unless something runs.</summary>
    public static async Task RequireRunsAsync(Stage stage, ReleaseVersion expected, CancellationToken cancellation)
    {
        if (await RunsAsync(stage, cancellation) is var runs && runs != expected)
        {
            throw new BananaException(ExitCode.Unhealthy, $"{runs} runs, and not {expected}; bananactl says: {await TellAsync(stage, cancellation)}");
        }
    }

    /// <summary>Fails unless a release waits for the next restart.</summary>
    public static async Task RequireStagedAsync(Stage stage, ReleaseVersion expected, CancellationToken cancellation)
    {
        if (await StatusAsync(stage, cancellation) is var status && (status.Staged, status.Next) != (expected, expected))
        {
            throw new BananaException(ExitCode.Unhealthy, $"{expected} does not boot next; bananactl says: {await TellAsync(stage, cancellation)}");
        }
    }

    /// <summary>The steps from the page's word that a restart is due to a desktop whose boot is good.</summary>
    /// <param name="stage">The machine.</param>
    /// <param name="expected">What should run then.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public static async Task RestartByPageAsync(Stage stage, ReleaseVersion expected, CancellationToken cancellation)
    {
        await stage.StepAsync("Press 'Restart Now'", "the session ends, and the machine restarts", async () =>
        {
            var before = stage.Restarts;
            await stage.PressAsync(UpdatePage.Button("Restart Now"), TimeSpan.FromSeconds(30), cancellation);
            try
            {
                await stage.UntilRestartedAsync(before, DownTime, cancellation);
            }
            catch (BananaException error) when (stage.IsEmulated)
            {
                // The session asks its programs first, each with a time of its own that is too short here. With KVM it has to work.
                stage.Note($"'Restart Now' for {expected}", $"{error.What}: restarted as root");
                await stage.RestartAsync(cancellation);
                await stage.UntilRestartedAsync(before, DownTime, cancellation);
            }
        });
        await stage.StepAsync($"Wait for version {expected}", "the system comes up", async () =>
        {
            await stage.ComeBackAsync(cancellation);
            await RequireRunsAsync(stage, expected, cancellation);
        });
        await BootsToDesktop.SessionAsync(stage, cancellation);
        await GoodAsync(stage, expected, cancellation);
    }

    /// <summary>The step that waits for the verdict on a boot.</summary>
    /// <param name="stage">The machine.</param>
    /// <param name="expected">What should run and be good.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public static Task GoodAsync(Stage stage, ReleaseVersion expected, CancellationToken cancellation) => stage.StepAsync("Look for a verdict on this boot", $"version {expected} is good", async () =>
    {
        var status = await stage.UntilAsync(
            "a verdict on this boot", async () => await StatusAsync(stage, cancellation) is { Health.IsGood: not null } told ? told : null, VerdictTime, cancellation);
        if (status.Version != expected || status.Health.IsGood != true)
        {
            var problems = string.Join(", ", status.Health.Checks.Where(check => check.Problem is not null).Select(check => $"{check.Name}: {check.Problem}"));
            throw new BananaException(ExitCode.Unhealthy, $"{status.Version} runs{(status.Health.IsGood == true ? " and is good" : $" and is not good ({problems})")}; {expected} should");
        }
    });

    private static async Task<T> AskAsync<T>(Stage stage, string what, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var command = $"bananactl {what} --json";
        var answer = await stage.Shell.RequireAsync(command, CommandTime * stage.Slowness, cancellation);
        try
        {
            return JsonSerializer.Deserialize(answer.Text, type) ?? throw new JsonException("nothing was told");
        }
        catch (JsonException error)
        {
            throw new BananaException(ExitCode.Unhealthy, $"'{command}' printed no report: {answer.Text.ReplaceLineEndings(" ")}", inner: error);
        }
    }
}
