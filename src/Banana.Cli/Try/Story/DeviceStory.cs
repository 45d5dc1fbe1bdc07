// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Text.Json;
using Banana.Cli.Try.Update;
using Banana.Device.Reports;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Vm.Guests;
using Banana.Vm.Health;
using Banana.Vm.Machine;

namespace Banana.Cli.Try.Story;

/// <summary>
/// The life of a device in a virtual machine: it boots a release, updates itself over HTTP, restarts into the next one and finds it good; then a
/// release comes that does not boot, and the machine finds its way back by itself. Nothing is done to it but what its user does.
/// </summary>
/// <param name="options">The machine; its disk has the first release.</param>
/// <param name="folder">Where the repository is (<see cref="TrialRepository.Seen"/>).</param>
/// <param name="tools">Runs programs of the host.</param>
/// <param name="progress">Is told what happens.</param>
internal sealed class DeviceStory(MachineOptions options, string folder, IProcessRunner tools, IProgressSink progress) : IAsyncDisposable
{
    private static readonly TimeSpan BootTime = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan UpdateTime = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan CommandTime = TimeSpan.FromMinutes(3);
    private readonly List<StoryEvent> events = [];
    private ServedRepository repository = null!;
    private VirtualMachine machine = null!;
    private GuestShell shell = null!;
    private int resets;

    /// <summary>Commands in the guest.</summary>
    public GuestShell Shell => shell;

    /// <summary>The machine.</summary>
    public VirtualMachine Machine => machine;

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<StoryEvent> Events => events;

    /// <summary>Switches the machine on, with the repository in its network, and waits for its first verdict.</summary>
    public async Task<HealthReport> BeginAsync(ReleaseManifest release, CancellationToken cancellation)
    {
        await SwitchOnAsync(cancellation);
        using var step = progress.Begin($"boot {release.Version}");
        await shell.OpenAsync(BootTime, cancellation);
        var health = await shell.HealthAsync(BootTime, cancellation);
        await VerdictAsync(release.Version, cancellation);
        step.Complete("found good by itself");
        return health;
    }

    /// <summary>Takes the power away, whatever the machine does.</summary>
    public async Task CutPowerAsync()
    {
        await machine.DisposeAsync();
        resets = 0;
    }

    /// <summary>Switches the machine on again after <see cref="CutPowerAsync"/>; its disk is one that is kept.</summary>
    public async Task<DeviceStatus> ComeBackAsync(ReleaseVersion expected, CancellationToken cancellation)
    {
        await SwitchOnAsync(cancellation);
        await shell.OpenAsync(BootTime, cancellation);
        return await VerdictAsync(expected, cancellation);
    }

    /// <summary>Updates, as its user does, and restarts.</summary>
    /// <param name="to">What should be installed.</param>
    /// <param name="cancellation">Stops the story.</param>
    public async Task InstallAsync(ReleaseVersion to, CancellationToken cancellation)
    {
        using var step = progress.Begin($"update to {to}");
        var began = machine.Uptime;
        var result = await shell.RunAsync("bananactl update", UpdateTime, cancellation);
        var isGood = result.Code == 0 && result.Lines.Any(line => line.StartsWith($"{to} is installed", StringComparison.Ordinal));
        await TellAsync($"updated to {to} over HTTP, beside the running system, in {(machine.Uptime - began).TotalSeconds:0} s", isGood, result.Lines, cancellation);
        step.Complete(result.Lines.Count > 0 ? result.Lines[^1] : $"exit code {result.Code}");
    }

    /// <summary>Restarts, and waits until the machine has a verdict on what runs then.</summary>
    /// <param name="expected">What should run.</param>
    /// <param name="failures">How many boots should fail before.</param>
    /// <param name="cancellation">Stops the story.</param>
    public async Task<DeviceStatus> RestartAsync(ReleaseVersion expected, int failures, CancellationToken cancellation)
    {
        using var step = progress.Begin(failures == 0 ? $"restart into {expected}" : $"restart, {failures} failing boots, back to {expected}");
        var stoodStill = shell.StoodStill;
        await shell.RestartAsync(BootTime + (failures * TimeSpan.FromMinutes(3)), cancellation);
        var boots = Resets() - (shell.StoodStill - stoodStill);
        if (failures > 0)
        {
            await TellAsync($"the new release did not boot: {boots - 1} tries, then the boot loader took the one before", boots - 1 == failures, [], cancellation);
        }

        var status = await VerdictAsync(expected, cancellation);
        step.Complete(status.Health.IsGood == true ? $"{status.Version} runs and is good" : "not good");
        return status;
    }

    /// <summary>What the device tells of its life, and the end of it.</summary>
    public async Task<StoryReport> EndAsync(CancellationToken cancellation)
    {
        if (shell.StoodStill > 0)
        {
            // Counted and shown: a reset that nobody sees would hide a guest that needs it.
            await TellAsync($"the emulated machine stood still {shell.StoodStill} times in the middle of a boot, and was reset", isGood: true, [], cancellation);
        }

        var history = await shell.RequireAsync("bananactl history", CommandTime, cancellation);
        await machine.PowerOffAsync(CommandTime, cancellation);
        return new(events, history.Lines);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (machine is not null)
        {
            await machine.DisposeAsync();
        }

        if (repository is not null)
        {
            await repository.DisposeAsync();
        }
    }

    /// <summary>The device's own word on its state.</summary>
    public async Task<DeviceStatus> StatusAsync(CancellationToken cancellation)
    {
        var result = await shell.RequireAsync("bananactl status --json", CommandTime, cancellation);
        return JsonSerializer.Deserialize(result.Text, ReportContext.Default.DeviceStatus) ?? throw new BananaException(ExitCode.Unhealthy, "the device told nothing of its state");
    }

    private async Task SwitchOnAsync(CancellationToken cancellation)
    {
        repository ??= await ServedRepository.StartAsync(folder, cancellation);
        machine = await VirtualMachine.StartAsync(
            options with
            {
                Network = ServedRepository.Network,
                OutlivesPanic = true,
                Credentials = [.. options.Credentials, .. GuestShell.Credentials(), Credential.Text("banana.updates", repository.Settings), new Credential("banana.root", repository.TrustedRoot)],
            },
            tools, progress, cancellation);
        shell = new GuestShell(machine);
    }

    private async Task<DeviceStatus> VerdictAsync(ReleaseVersion expected, CancellationToken cancellation)
    {
        var end = machine.Uptime + BootTime;
        while (true)
        {
            var status = await StatusAsync(cancellation);
            if (status.Health.IsGood is { } isGood || machine.Uptime > end)
            {
                isGood = status.Health.IsGood == true && status.Version == expected;
                var text = await shell.RunAsync("bananactl status", CommandTime, cancellation);
                await TellAsync(status.Health.IsGood == true ? $"{status.Version} runs, and all its checks hold: it is good" : $"{status.Version} runs, and was not found good", isGood, text.Lines, cancellation);
                return status;
            }

            await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        }
    }

    private async Task TellAsync(string what, bool isGood, IReadOnlyList<string> details, CancellationToken cancellation)
    {
        var screen = options.Screen == MachineScreen.None ? null : await machine.TakeScreenAsync(cancellation);
        events.Add(new(machine.Uptime, what, isGood) { Details = details, Screen = screen });
        progress.Log(what);
    }

    // Each boot begins with a reset; how many there were since the last question.
    private int Resets()
    {
        var all = machine.Events.Count(happened => happened.Event.Name == "RESET");
        var since = all - resets;
        resets = all;
        return since;
    }
}
