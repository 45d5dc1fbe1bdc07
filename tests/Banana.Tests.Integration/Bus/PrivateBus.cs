// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net.Sockets;
using Banana.Bus;
using Banana.Cli.Setup;
using Banana.Foundation.Processes;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bus;

/// <summary>A message bus of our own: a real dbus-daemon that everybody may talk on, and that starts services.</summary>
internal sealed class PrivateBus : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> processes = [];
    private readonly List<BusConnection> connections = [];

    private PrivateBus()
    {
    }

    public TemporaryFolder Folder { get; } = new();

    public string Address => $"unix:path={Folder.Combine("bus")}";

    /// <summary>What connections were told as a defect.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<Exception> Defects { get; } = new();

    public static async Task<PrivateBus> StartAsync()
    {
        PrivateBus bus = new();
        Directory.CreateDirectory(bus.Folder.Combine("services"));
        await File.WriteAllTextAsync(bus.Folder.Combine("bus.conf"), $"""
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <auth>EXTERNAL</auth>
              <listen>{bus.Address}</listen>
              <servicedir>{bus.Folder.Combine("services")}</servicedir>
              <policy context="default">
                <allow user="*"/>
                <allow own="*"/>
                <allow send_destination="*" eavesdrop="true"/>
                <allow eavesdrop="true"/>
                <deny own="org.kde.banana1.Forbidden"/>
              </policy>
              <limit name="max_replies_per_connection">50000</limit>
            </busconfig>
            """);
        _ = bus.Start(Command.Of("dbus-daemon", "--config-file=" + bus.Folder.Combine("bus.conf"), "--nofork", "--nopidfile"));
        await bus.UntilAsync(bus.Listens);
        File.SetUnixFileMode(bus.Folder.Combine("bus"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        return bus;
    }

    // The socket is there a moment before somebody listens on it.
    private bool Listens()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Folder.Combine("bus")));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Starts a program that ends with the bus, or when the source is cancelled.</summary>
    public Task Start(Command command, CancellationToken cancellation = default)
    {
        var task = RunUntilStoppedAsync(command, cancellation);
        processes.Add(task);
        return task;
    }

    public async Task<BusConnection> ConnectAsync(BusOptions? options = null)
    {
        var connection = await BusConnection.OpenAsync(Address, options ?? new BusOptions { OnDefect = Defects.Enqueue });
        connections.Add(connection);
        return connection;
    }

    /// <summary>Makes the bus start our second process for a name.</summary>
    public async Task<string> InstallPeerAsync(string name, int idleMilliseconds)
    {
        var log = Folder.Combine(name + ".log");
        var program = Path.Combine(AppContext.BaseDirectory, "banana-bus-peer.dll");
        await File.WriteAllTextAsync(Folder.Combine("services", name + ".service"), $"[D-BUS Service]\nName={name}\nExec={HostPackage.FindProgram("dotnet")} {program} {name} {idleMilliseconds} {log}\n");
        await (await ConnectAsync()).AskAsync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig", string.Empty, []);
        return log;
    }

    /// <summary>busctl of this machine, on this bus.</summary>
    public Task<CommandResult> BusctlAsync(params string[] arguments) => BusctlAsAsync(null, arguments);

    /// <summary>busctl as another user.</summary>
    public Task<CommandResult> BusctlAsAsync(uint? user, params string[] arguments)
    {
        IEnumerable<string> line = ["busctl", "--address=" + Address, .. arguments];
        line = user is { } id ? ["setpriv", $"--reuid={id}", $"--regid={id}", "--clear-groups", .. line] : line;
        return new ProcessRunner().RunAsync(new Command(line.First(), [.. line.Skip(1)]) { AllowFailure = true }, TestContext.Current.CancellationToken);
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 1000, "it did not happen in 20 s");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Ends the daemon under its connections.</summary>
    public async Task KillAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(processes);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await KillAsync();
        stop.Dispose();
        Folder.Dispose();
    }

    private async Task RunUntilStoppedAsync(Command command, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellation);
        try
        {
            await new ProcessRunner().RunAsync(command, both.Token);
        }
        catch (OperationCanceledException)
        {
            // It was meant to end.
        }
    }
}
