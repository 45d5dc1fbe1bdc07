// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Diagnostics;
using System.Net.Sockets;
using Banana.Foundation.Errors;
using Banana.Foundation.Processes;
using Banana.Vm.Qmp;
using Banana.Vm.Serial;

namespace Banana.Vm.Machine;

/// <summary>How a QEMU process ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Error">Its last lines of standard error, in one line.</param>
/// <param name="KvmFailed">Whether KVM gave up.</param>
internal sealed record QemuExit(int ExitCode, string Error, bool KvmFailed);

/// <summary>KVM gave up under the guest.</summary>
internal sealed class KvmFailedException(string evidence, Exception? inner = null)
    : BananaException(ExitCode.MissingTool, $"KVM failed ({evidence})", next: "use --accel tcg, or leave --accel out", inner: inner);

/// <summary>One QEMU process with its connections. A machine has a second one when KVM failed under the first.</summary>
internal sealed class QemuSession : IAsyncDisposable
{
    private const int LinesInErrors = 4;
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    // The first that QEMU prints when KVM gives up, as recorded on machines whose own hypervisor offers a part of KVM: when it
    // opens it, when it sets the processor up, and when the guest's firmware does something that it cannot run.
    private static readonly IReadOnlyList<string> KvmWords =
        ["KVM internal error", "failed to initialize kvm", "Could not access KVM kernel module", "kvm run failed", "error: failed to set MSR", "error: failed to get MSR", "/kvm/kvm.c:", "/kvm-all.c:"];

    private readonly Process process;
    private readonly List<string> errors = [];
    private readonly Task readErrors;
    private readonly Task readOutput;
    private bool kvmFailed;

    private QemuSession(Process process)
    {
        this.process = process;
        ProcessId = process.Id;
        process.StandardInput.Close();
        readErrors = ReadErrorsAsync();
        readOutput = process.StandardOutput.ReadToEndAsync();
        Exited = WaitForExitAsync();
    }

    /// <summary>The process: setsid and setpriv have become QEMU.</summary>
    public int ProcessId { get; }

    /// <summary>Completes when the process ended.</summary>
    public Task<QemuExit> Exited { get; }

    /// <summary>The control connection.</summary>
    public QmpClient Monitor { get; private set; } = null!;

    /// <summary>Completes when both serial ports were read to their end.</summary>
    public Task Pumps { get; private set; } = Task.CompletedTask;

    /// <summary>Starts QEMU and waits until all connections stand.</summary>
    /// <exception cref="BananaException">QEMU is missing, or ended before it connected.</exception>
    public static async Task<QemuSession> StartAsync(IReadOnlyList<string> arguments, MachineFiles files, SerialConsole console, SerialConsole report, Action<QmpEvent> onEvent, CancellationToken cancellation)
    {
        var consolePipes = new FifoPair(files.ConsolePipes);
        var reportPipes = new FifoPair(files.ReportPipes);
        consolePipes.Create();
        reportPipes.Create();
        using var listener = Listen(files.MonitorSocket);

        // setsid: Ctrl-C on our terminal is for us alone. setpriv: the kernel kills QEMU when we are gone, however we went.
        var command = Command.Of("setsid", ["setpriv", "--pdeathsig", "KILL", "--", QemuCommandLine.Program, .. arguments]);
        var session = new QemuSession(await ProcessRunner.StartAsync(command).ConfigureAwait(false));
        try
        {
            await using var kill = cancellation.Register(session.Kill).ConfigureAwait(false);
            var monitor = await session.AcceptAsync(listener, cancellation).ConfigureAwait(false);
            session.Monitor = await QmpClient.ConnectAsync(monitor, onEvent, cancellation).ConfigureAwait(false);
            session.Pumps = Task.WhenAll(
                console.Attach(await consolePipes.OpenOutputAsync(session.Exited).ConfigureAwait(false), await consolePipes.OpenInputAsync(session.Exited).ConfigureAwait(false)),
                report.Attach(await reportPipes.OpenOutputAsync(session.Exited).ConfigureAwait(false), await reportPipes.OpenInputAsync(session.Exited).ConfigureAwait(false)));
            return session;
        }
        catch (Exception error)
        {
            // A connection that breaks is mostly QEMU refusing its arguments: its own words are better than ours.
            if (error is BananaException && !cancellation.IsCancellationRequested)
            {
                await Task.WhenAny(session.Exited, Task.Delay(LastWords, CancellationToken.None)).ConfigureAwait(false);
            }

            var endedByItself = session.Exited.IsCompleted && !cancellation.IsCancellationRequested;
            session.Kill();
            var exit = await session.Exited.ConfigureAwait(false);
            await session.Pumps.ConfigureAwait(false);
            session.process.Dispose();
            if (endedByItself)
            {
                throw exit.KvmFailed ? new KvmFailedException(exit.Error, error) : Explain(exit, command);
            }

            throw;
        }
    }

    /// <summary>Whether a line on QEMU's standard error says that KVM cannot run this machine.</summary>
    public static bool TellsOfKvm(string line) => KvmWords.Any(words => line.Contains(words, StringComparison.Ordinal));

    /// <summary>Ends QEMU without asking.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited.ConfigureAwait(false);
        await Monitor.DisposeAsync().ConfigureAwait(false);
        process.Dispose();
    }

    private static Socket Listen(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(1);
        return socket;
    }

    private async Task<Stream> AcceptAsync(Socket listener, CancellationToken cancellation)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var accepted = listener.AcceptAsync(abandoned.Token).AsTask();
        if (await Task.WhenAny(accepted, Exited).ConfigureAwait(false) == accepted || accepted.IsCompletedSuccessfully)
        {
            return new NetworkStream(await accepted.ConfigureAwait(false), ownsSocket: true);
        }

        await abandoned.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        throw new BananaException(ExitCode.ToolFailed, "QEMU ended before it connected to us");
    }

    private static BananaException Explain(QemuExit exit, Command command) => exit.Error switch
    {
        // setpriv's own words when it cannot find QEMU (exit code 127).
        var text when exit.ExitCode == 127 => new BananaException(ExitCode.MissingTool, $"cannot start {QemuCommandLine.Program}: {text}", next: "run './banana setup' to install what the machine needs"),
        var text when text.Contains("lock", StringComparison.Ordinal) && text.Contains("Failed to get", StringComparison.Ordinal) =>
            new BananaException(ExitCode.Busy, "another machine uses this disk", next: "end it, or give another file to --persist"),
        var text when text.Contains("Could not set up host forwarding", StringComparison.Ordinal) =>
            new BananaException(ExitCode.Busy, $"cannot forward a port: {text}", next: "give another port of the host to --forward"),
        var text => new BananaException(ExitCode.ToolFailed, $"QEMU ended at once with exit code {exit.ExitCode}: {text}", next: $"to replay: {command}"),
    };

    private async Task<QemuExit> WaitForExitAsync()
    {
        await process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAll(readErrors, readOutput).ConfigureAwait(false);
        lock (errors)
        {
            var text = errors.Count == 0 ? "it printed nothing" : string.Join(" | ", errors.TakeLast(LinesInErrors));
            return new QemuExit(process.ExitCode, text, kvmFailed);
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (errors)
            {
                errors.Add(line.Trim());
                // QEMU only stops the guest and stays, so that a person could look; nothing would ever happen again.
                if (TellsOfKvm(line))
                {
                    kvmFailed = true;
                    Kill();
                }
            }
        }
    }
}
