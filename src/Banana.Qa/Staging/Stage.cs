// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Qa.Films;
using Banana.Qa.Guests;
using Banana.Qa.Pictures;
using Banana.Vm.Acceleration;
using Banana.Vm.Guests;
using Banana.Vm.Machine;
using Banana.Vm.Pictures;

namespace Banana.Qa.Staging;

/// <summary>A machine with somebody in front of it: what scenarios are played on. Everything is waited for by looking at it; nothing is given a fixed time.</summary>
public sealed class Stage : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BootTime = TimeSpan.FromMinutes(3);
    private readonly StageOptions options;
    private readonly VirtualMachine machine;
    private readonly GuestAgent agent;
    private readonly IProgressSink progress;
    private readonly List<FilmStep> steps = [];
    private readonly List<(string Name, string Value)> facts = [];
    private readonly CancellationTokenSource watching = new();
    private readonly Task window;
    private byte[]? needle;

    private Stage(StageOptions options, VirtualMachine machine, GuestShell shell, GuestAgent agent, IProgressSink progress)
    {
        this.options = options;
        this.progress = progress;
        this.machine = machine;
        Shell = shell;
        this.agent = agent;
        Keyboard = new Keyboard(machine.Monitor);
        window = options.Window is { } file ? ShowAsync(file) : Task.CompletedTask;
    }

    /// <summary>Commands as root.</summary>
    public GuestShell Shell { get; }

    /// <summary>Keys.</summary>
    public Keyboard Keyboard { get; }

    /// <summary>The user.</summary>
    public GuestUser User => options.User;

    /// <summary>The time since the machine was switched on.</summary>
    public TimeSpan Uptime => machine.Uptime;

    /// <summary>What was measured.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts => facts;

    /// <summary>Whether the machine is emulated.</summary>
    public bool IsEmulated => machine.Accelerator.Kind == AcceleratorKind.Tcg;

    /// <summary>How much longer everything takes than with KVM.</summary>
    public double Slowness => IsEmulated ? 12 : 1;

    /// <summary>Where the machine gets its updates from.</summary>
    /// <exception cref="InvalidOperationException">Nowhere: a scenario is played on a machine that it is not for.</exception>
    public UpdateSource Updates => options.Updates ?? throw new InvalidOperationException("this machine knows no repository");

    /// <summary>How often the machine was restarted until now, by whom or what ever.</summary>
    public int Restarts => machine.Events.Count(happened => happened.Event.Name == "RESET");

    /// <summary>Switches the machine on.</summary>
    public static async Task<Stage> StartAsync(StageOptions options, IProcessRunner tools, IProgressSink progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        var socket = Path.Combine(options.Folder, "qa");
        var started = await VirtualMachine.StartAsync(
            options.Machine with
            {
                Screen = MachineScreen.Headless,
                Credentials =
                [
                    .. options.Machine.Credentials, .. GuestShell.Credentials(), .. options.Updates?.Credentials ?? [],
                    .. options.User.Credentials(options.Presence, options.Machine.Accelerator.Kind == AcceleratorKind.Tcg, options.Updates?.Files),
                ],
                ExtraArguments = [.. options.Machine.ExtraArguments, .. GuestAgent.Arguments(options.Extension, socket)],
            },
            tools, progress, cancellation).ConfigureAwait(false);
        try
        {
            var shell = new GuestShell(started);
            return new Stage(options, started, shell, await GuestAgent.ConnectAsync(socket, shell, cancellation).ConfigureAwait(false), progress);
        }
        catch
        {
            await started.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The steps since the last call.</summary>
    public IReadOnlyList<FilmStep> TakeSteps()
    {
        var taken = steps.ToList();
        steps.Clear();
        return taken;
    }

    /// <summary>Notes something that was measured.</summary>
    public void Note(string name, string value) => facts.Add((name, value));

    /// <summary>One step: it is done, and the screen is pictured at its end, whatever it was.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="expected">What should be seen, for whoever looks at the film.</param>
    /// <param name="act">Does it, and waits until it can be seen.</param>
    /// <param name="attempts">How often it may be done until it works. More than once only where a person would try again too; every retry is counted and shown.</param>
    /// <exception cref="StepFailedException">It did not work.</exception>
    public async Task StepAsync(string title, string expected, Func<Task> act, int attempts = 1)
    {
        ArgumentNullException.ThrowIfNull(act);
        var clock = Stopwatch.StartNew();
        using var told = progress.Begin(title);
        needle = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await act().ConfigureAwait(false);
                steps.Add(new FilmStep(title, expected, Seen: null, await PictureAsync().ConfigureAwait(false), needle, clock.Elapsed, attempt));
                told.Complete(attempt > 1 ? $"{expected} (done {attempt} times)" : expected);
                return;
            }
            catch (BananaException error)
            {
                if (attempt >= attempts)
                {
                    steps.Add(new FilmStep(title, expected, error.Message, await PictureAsync().ConfigureAwait(false), needle, clock.Elapsed, attempt));
                    told.Complete($"FAILED: {error.Message}");
                    throw new StepFailedException(title, error);
                }
            }
        }
    }

    /// <summary>Waits until something is so.</summary>
    /// <param name="what">What is waited for, for errors.</param>
    /// <param name="look">Looks; null: not yet.</param>
    /// <param name="patience">How long it may take with KVM; emulation gets more.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    /// <exception cref="BananaException">It did not come about in time.</exception>
    public async Task<T> UntilAsync<T>(string what, Func<Task<T?>> look, TimeSpan patience, CancellationToken cancellation)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(look);
        var end = machine.Uptime + (patience * Slowness);
        while (true)
        {
            if (await look().ConfigureAwait(false) is { } found)
            {
                return found;
            }

            if (machine.Ended.IsCompleted)
            {
                await machine.Ended.ConfigureAwait(false);
                throw new BananaException(ExitCode.Unhealthy, $"the machine ended while {what} was waited for", next: $"its console is in {machine.Console.LogFile}");
            }

            if (machine.Uptime > end)
            {
                throw new BananaException(ExitCode.Unhealthy, $"{what} did not come within {(patience * Slowness).TotalSeconds:0} s");
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a command in the guest ends well.</summary>
    /// <param name="what">What is waited for, for errors.</param>
    /// <param name="command">A line of bash, run as root.</param>
    /// <param name="patience">How long it may take with KVM.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public Task UntilCommandAsync(string what, string command, TimeSpan patience, CancellationToken cancellation) => UntilAsync(
        what,
        async () => (await Shell.RunAsync(command, patience * Slowness, cancellation).ConfigureAwait(false)).Code == 0 ? what : null,
        patience, cancellation);

    /// <summary>Looks for something once; null: it is not shown.</summary>
    public async Task<GuestNode?> LookAsync(NodeQuery query, CancellationToken cancellation) => await agent.FindAsync(query, 1, cancellation).ConfigureAwait(false) is [var node, ..] ? node : null;

    /// <summary>Waits until something is shown.</summary>
    public Task<GuestNode> UntilShownAsync(NodeQuery query, TimeSpan patience, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        return UntilAsync(query.ToString(), () => LookAsync(query, cancellation), patience, cancellation);
    }

    /// <summary>Waits until something is shown by what hides it again when nobody moves, as login managers do: the pointer never rests.</summary>
    public Task<GuestNode> UntilShownToHandsAsync(NodeQuery query, TimeSpan patience, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var isLeft = false;
        return UntilAsync(
            query.ToString(),
            async () =>
            {
                isLeft = !isLeft;
                await PointAsync(isLeft ? 0.45 : 0.55, 0.9, cancellation).ConfigureAwait(false);
                return await LookAsync(query, cancellation).ConfigureAwait(false);
            },
            patience, cancellation);
    }

    /// <summary>Presses what is shown.</summary>
    public async Task PressAsync(NodeQuery query, TimeSpan patience, CancellationToken cancellation) =>
        await agent.PressAsync(await UntilShownAsync(query, patience, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>Goes into the session of a user, to see what it shows.</summary>
    public Task EnterSessionAsync(string user, CancellationToken cancellation) => agent.EnterAsync(user, cancellation);

    /// <summary>The session is over.</summary>
    public void LeaveSession() => agent.Leave();

    /// <summary>Waits until the screen looks like a needle.</summary>
    public async Task UntilLooksLikeAsync(string name, TimeSpan patience, CancellationToken cancellation)
    {
        if (options.SavesNeedles)
        {
            await UntilStillAsync(patience, cancellation).ConfigureAwait(false);
            await AtomicFile.WriteAsync(Path.Combine(options.Needles, name + ".png"), await machine.TakeScreenAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return;
        }

        var wanted = Needle.Read(options.Needles, name);
        needle = Png.Encode(wanted.Picture);
        var difference = string.Empty;
        try
        {
            await UntilAsync($"the picture '{name}'", async () => (difference = wanted.Compare(await ScreenAsync(cancellation).ConfigureAwait(false))) is null ? wanted : null, patience, cancellation).ConfigureAwait(false);
        }
        catch (BananaException error) when (difference is { Length: > 0 })
        {
            throw new BananaException(error.Code, $"{error.What}: {difference}");
        }
    }

    /// <summary>Waits until nothing moves on the screen any more but the cursor of a text: four looks are the same.</summary>
    public async Task UntilStillAsync(TimeSpan patience, CancellationToken cancellation)
    {
        const int Looks = 4;
        PixelMap? before = null;
        var same = 0;
        await UntilAsync(
            "a screen that stands still",
            async () =>
            {
                var now = await ScreenAsync(cancellation).ConfigureAwait(false);
                same = before is not null && Stillness.Holds(before, now) ? same + 1 : 0;
                before = now;
                return same >= Looks ? now : null;
            },
            patience, cancellation).ConfigureAwait(false);
    }

    /// <summary>Moves the pointer.</summary>
    /// <param name="x">From the left edge (0) to the right one (1).</param>
    /// <param name="y">From the top (0) to the bottom (1).</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task PointAsync(double x, double y, CancellationToken cancellation) => machine.Monitor.PointAsync(x, y, button: null, cancellation);

    /// <summary>Turns the wheel by a notch, over what is a bit right of and below the middle: the content of a window, not its side bar.</summary>
    /// <param name="isUp">Whether to the beginning of what is there, and not to its end.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task ScrollAsync(bool isUp, CancellationToken cancellation) => machine.Monitor.PointAsync(0.6, 0.6, isUp ? "wheel-up" : "wheel-down", cancellation);

    /// <summary>What the screen shows.</summary>
    public async Task<PixelMap> ScreenAsync(CancellationToken cancellation) => PngReader.Read(await machine.TakeScreenAsync(cancellation).ConfigureAwait(false), "the screen");

    /// <summary>Begins to restart the system as root. Written and not run, as <see cref="ShutDownAsync"/> does it.</summary>
    public Task RestartAsync(CancellationToken cancellation) => machine.Report.WriteAsync("systemctl reboot\n", cancellation);

    /// <summary>Waits until the machine was restarted.</summary>
    /// <param name="before">How often it had been before (<see cref="Restarts"/>).</param>
    /// <param name="patience">How long it may take with KVM until the old system is down.</param>
    /// <param name="cancellation">Stops the waiting.</param>
    public async Task UntilRestartedAsync(int before, TimeSpan patience, CancellationToken cancellation)
    {
        await UntilAsync("a restart of the machine", () => Task.FromResult(Restarts > before ? this : null), patience, cancellation).ConfigureAwait(false);
        agent.Leave();
    }

    /// <summary>Follows a machine that was restarted: waits until its system takes commands again. Nobody is in a session then.</summary>
    public Task ComeBackAsync(CancellationToken cancellation)
    {
        agent.Leave();
        return Shell.OpenAsync(BootTime * Slowness, cancellation);
    }

    /// <summary>Shuts the system down, and waits until the machine is off.</summary>
    public async Task ShutDownAsync(CancellationToken cancellation)
    {
        // Written and not run: who ends the system does not tell how that ended.
        await machine.Report.WriteAsync("systemctl poweroff\n", cancellation).ConfigureAwait(false);
        await machine.WaitForEndAsync(TimeSpan.FromMinutes(1) * Slowness, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await watching.CancelAsync().ConfigureAwait(false);
        await window.ConfigureAwait(false);
        watching.Dispose();
        await agent.DisposeAsync().ConfigureAwait(false);
        await machine.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ShowAsync(string window)
    {
        try
        {
            while (!machine.Ended.IsCompleted)
            {
                await machine.SaveScreenAsync(window, watching.Token).ConfigureAwait(false);
                await Task.Delay(Glance, watching.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or BananaException or IOException)
        {
            // The machine is off or gone, or nobody looks any more.
        }
    }

    private async Task<byte[]?> PictureAsync()
    {
        try
        {
            return await machine.TakeScreenAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (BananaException)
        {
            // The machine is off, or gone.
            return null;
        }
    }
}

/// <summary>A step of a scenario did not work; the film shows it.</summary>
/// <param name="step">Its title.</param>
/// <param name="cause">Why.</param>
public sealed class StepFailedException(string step, BananaException cause) : Exception($"{step}: {cause?.Message}", cause);
