// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bus.Connection;
using Banana.Bus.Native;
using Banana.Bus.Service;
using Banana.Bus.Values;
using Banana.Foundation.Errors;

namespace Banana.Bus;

/// <summary>A connection to a message bus: calls, signals, names, and objects that others may call. Safe to use from any thread.</summary>
public sealed class BusConnection : IAsyncDisposable
{
    internal const string Driver = "org.freedesktop.DBus";
    internal const string DriverPath = "/org/freedesktop/DBus";

    private const string SystemAddress = "unix:path=/run/dbus/system_bus_socket";
    private const string SystemVariable = "DBUS_SYSTEM_BUS_ADDRESS";
    private const string SessionVariable = "DBUS_SESSION_BUS_ADDRESS";
    private const string RuntimeVariable = "XDG_RUNTIME_DIR";
    private const uint DoNotQueue = 4; // DBUS_NAME_FLAG_DO_NOT_QUEUE
    private const uint PrimaryOwner = 1;
    private const uint AlreadyOwner = 4;

    private readonly BusLoop loop;
    private readonly PendingCalls calls;
    private readonly SignalRouter signals;
    private readonly ObjectServer server;
    private readonly BusOptions options;
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BusConnection(string address, BusOptions options)
    {
        this.options = options;
        loop = new BusLoop(address, Take, End);
        calls = new PendingCalls(loop);
        signals = new SignalRouter(Defect);
        server = new ObjectServer(this, loop, options, Defect);
    }

    /// <summary>The name that the bus gave us, such as <c>:1.42</c>.</summary>
    public string UniqueName { get; private set; } = string.Empty;

    /// <summary>Done when there is no connection any more, by our wish or not.</summary>
    public Task Closed => closed.Task;

    /// <summary>How many calls of others are being handled.</summary>
    public int ActiveCalls => server.ActiveCalls;

    /// <summary>How long nobody has called us; zero while a call is being handled.</summary>
    public TimeSpan IdleTime => server.ActiveCalls > 0 ? TimeSpan.Zero : options.Clock.GetElapsedTime(server.LastActivity);

    /// <summary>Connects to the system bus.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.Unreachable"/>: there is none, or it does not let us in.</exception>
    public static Task<BusConnection> OpenSystemAsync(BusOptions? options = null) =>
        OpenAsync(Environment.GetEnvironmentVariable(SystemVariable) is { Length: > 0 } address ? address : SystemAddress, options);

    /// <summary>Connects to the bus of the user's session.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.Unreachable"/>: there is none, or it does not let us in.</exception>
    public static Task<BusConnection> OpenSessionAsync(BusOptions? options = null) =>
        Environment.GetEnvironmentVariable(SessionVariable) is { Length: > 0 } address ? OpenAsync(address, options)
        : Environment.GetEnvironmentVariable(RuntimeVariable) is { Length: > 0 } folder ? OpenAsync($"unix:path={folder}/bus", options)
        : throw new BananaException(ExitCode.Unreachable, $"there is no session: neither {SessionVariable} nor {RuntimeVariable} is set", next: "run this in a session");

    /// <summary>Connects to the bus at an address such as <c>unix:path=/run/bus</c>.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.Unreachable"/>: there is none, or it does not let us in.</exception>
    public static async Task<BusConnection> OpenAsync(string address, BusOptions? options = null)
    {
        BusConnection connection = new(address, options ?? new BusOptions());
        connection.UniqueName = await connection.loop.StartAsync();
        return connection;
    }

    /// <summary>Takes a name, so that others find us by it.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.Busy"/>: another process has it. <see cref="ExitCode.Denied"/>: the policy of the bus does not allow it.</exception>
    public async Task RequestNameAsync(string name, CancellationToken cancellation = default)
    {
        BusNames.Require(name, BusNames.IsWellKnown, "a name on the bus");
        var reply = await CallDriverAsync("RequestName", "su", [name, DoNotQueue], "u", cancellation);
        if (reply.Get<uint>(0) is not (PrimaryOwner or AlreadyOwner))
        {
            throw new BananaException(ExitCode.Busy, "another process has this name on the message bus", name, "end it first");
        }
    }

    /// <summary>Gives a name back. What was sent to it before is with us when this is done (<see cref="DrainAsync"/>); what is sent later starts the service anew.</summary>
    public async Task ReleaseNameAsync(string name, CancellationToken cancellation = default) =>
        await CallDriverAsync("ReleaseName", "s", [name], "u", cancellation);

    /// <summary>Waits until no call is being handled and all replies are on their way.</summary>
    public Task DrainAsync(CancellationToken cancellation = default) => server.DrainAsync(cancellation);

    /// <summary>Calls a method.</summary>
    /// <param name="destination">The name of the service.</param>
    /// <param name="path">The object.</param>
    /// <param name="interface">The interface.</param>
    /// <param name="member">The method.</param>
    /// <param name="signature">The types of the values.</param>
    /// <param name="values">The values; <see cref="BusValues"/> says which .NET types stand for which.</param>
    /// <param name="how">Time limit, authorization, what the reply must be.</param>
    /// <param name="cancellation">Stops the waiting; the service is not told.</param>
    /// <exception cref="BusException">The service answered with an error, or did not answer in time, or is gone.</exception>
    public async Task<BusValues> CallAsync(string destination, string path, string @interface, string member, string signature, IReadOnlyList<object> values, BusCallOptions? how = null, CancellationToken cancellation = default)
    {
        how ??= BusCallOptions.Default;
        TaskCompletionSource<BusValues> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PendingCall call = new(
            BusNames.Require(destination, name => BusNames.IsWellKnown(name) || BusNames.IsUnique(name), "a name on the bus"),
            BusNames.Require(path, BusNames.IsPath, "the path of an object"),
            BusNames.Require(@interface, BusNames.IsInterface, "the name of an interface"),
            BusNames.Require(member, BusNames.IsMember, "the name of a method"),
            BusSignature.Parse(signature),
            values,
            how)
        {
            Then = (reply, error) => _ = error is null ? answer.TrySetResult(reply!) : answer.TrySetException(error),
        };
        if (!loop.Post(() => calls.Send(call)))
        {
            throw BusLoop.Gone();
        }

        try
        {
            return await answer.Task.WaitAsync(how.Timeout, options.Clock, cancellation);
        }
        catch (TimeoutException) when (!answer.Task.IsCompleted)
        {
            throw new BusException(BusErrors.Timeout, $"{destination} did not answer in {how.Timeout.TotalSeconds:0.###} s", call.Label);
        }
        finally
        {
            if (!answer.Task.IsCompleted)
            {
                loop.Post(() => calls.Forget(call));
            }
        }
    }

    /// <summary>Sends a signal to all who subscribed to it, or to one.</summary>
    public async Task EmitAsync(string path, string @interface, string member, string signature, IReadOnlyList<object> values, string? destination = null)
    {
        BusNames.Require(path, BusNames.IsPath, "the path of an object");
        BusNames.Require(@interface, BusNames.IsInterface, "the name of an interface");
        BusNames.Require(member, BusNames.IsMember, "the name of a signal");
        var types = BusSignature.Parse(signature);
        await loop.RunAsync(() => SendSignal(path, @interface, member, types, values, destination));
    }

    /// <summary>Hears signals. The handler is called for one after the other, in the order in which they came; one that is 4096 behind loses the oldest.</summary>
    /// <param name="sender">Whose signals: a unique name, or a well-known one, of which only the owner is heard. Anybody's when null.</param>
    /// <param name="path">About which object; any when null.</param>
    /// <param name="interface">The interface.</param>
    /// <param name="member">The signal.</param>
    /// <param name="handler">What to do. An exception goes to <see cref="BusOptions.OnDefect"/>.</param>
    /// <param name="cancellation">Stops the subscribing.</param>
    /// <returns>Ends the subscription.</returns>
    public Task<IAsyncDisposable> SubscribeAsync(string? sender, string? path, string @interface, string member, Func<BusSignal, Task> handler, CancellationToken cancellation = default)
    {
        Subscription subscription = new()
        {
            Sender = sender is null ? null : BusNames.Require(sender, name => BusNames.IsWellKnown(name) || BusNames.IsUnique(name), "a name on the bus"),
            Path = path is null ? null : BusNames.Require(path, BusNames.IsPath, "the path of an object"),
            Interface = BusNames.Require(@interface, BusNames.IsInterface, "the name of an interface"),
            Member = BusNames.Require(member, BusNames.IsMember, "the name of a signal"),
        };
        return SubscribeAsync(subscription, handler, cancellation);
    }

    /// <summary>Hears when a name gets an owner or loses it: the handler is given the owner's unique name, null for nobody.</summary>
    public Task<IAsyncDisposable> WatchNameAsync(string name, Func<string?, Task> handler, CancellationToken cancellation = default)
    {
        BusNames.Require(name, text => BusNames.IsWellKnown(text) || BusNames.IsUnique(text), "a name on the bus");
        Subscription subscription = new() { Sender = Driver, Path = DriverPath, Interface = Driver, Member = "NameOwnerChanged", FirstValue = name };
        return SubscribeAsync(subscription, signal => handler(signal.Values.Get<string>(2) is { Length: > 0 } owner ? owner : null), cancellation);
    }

    /// <summary>The process behind a name, as the bus saw it when it connected.</summary>
    public async Task<BusPeer> GetPeerAsync(string name, CancellationToken cancellation = default)
    {
        var credentials = (await CallDriverAsync("GetConnectionCredentials", "s", [name], "a{sv}", cancellation)).GetDictionary(0);
        return credentials.GetValueOrDefault("UnixUserID") is BusVariant { Value: uint user }
            ? new BusPeer(user, credentials.GetValueOrDefault("ProcessID") is BusVariant { Value: uint process } ? process : 0)
            : throw new BusException(BusErrors.AccessDenied, "the message bus does not know the user", name);
    }

    /// <summary>Lets others call an object. It may have several interfaces, exported together or one after the other.</summary>
    /// <returns>Sends its signals, and takes it away again.</returns>
    /// <exception cref="InvalidOperationException">The object has the interface already.</exception>
    public async Task<BusExport> ExportAsync(string path, BusInterface @interface, CancellationToken cancellation = default)
    {
        BusNames.Require(path, BusNames.IsPath, "the path of an object");
        await server.WatchCallersAsync(cancellation);
        await loop.RunAsync(() => server.Objects.Add(path, @interface));
        BusExport export = new(this, path, @interface);
        await export.AnnounceAsync(await loop.RunAsync(() => server.Objects.ManagerOf(path)));
        return export;
    }

    /// <summary>Makes an object list those below it (<c>org.freedesktop.DBus.ObjectManager</c>), and tell when they come and go.</summary>
    public async Task ExportManagerAsync(string path)
    {
        BusNames.Require(path, BusNames.IsPath, "the path of an object");
        await loop.RunAsync(() => server.Objects.AddManager(path));
    }

    /// <summary>Ends the connection, when what was sent is written. Calls that wait fail.</summary>
    public async ValueTask DisposeAsync()
    {
        loop.Stop();
        await Closed;
    }

    internal Task<BusValues> CallDriverAsync(string member, string signature, IReadOnlyList<object> values, string returns, CancellationToken cancellation) =>
        CallAsync(Driver, DriverPath, Driver, member, signature, values, new BusCallOptions { Returns = returns }, cancellation);

    internal Task<string?> WithdrawAsync(string path, BusInterface @interface) => loop.RunAsync(() =>
    {
        server.Objects.Remove(path, @interface);
        return server.Objects.ManagerOf(path);
    });

    private async Task<IAsyncDisposable> SubscribeAsync(Subscription subscription, Func<BusSignal, Task> handler, CancellationToken cancellation)
    {
        List<string> rules = [];
        Ended ended = new(async () =>
        {
            await loop.RunAsync(() => Nothing(() => signals.Remove(subscription)));
            foreach (var rule in rules)
            {
                await CallDriverAsync("RemoveMatch", "s", [rule], string.Empty, CancellationToken.None);
            }
        });
        await loop.RunAsync(() => Nothing(() => signals.Add(subscription)));
        _ = subscription.PumpAsync(handler, Defect);
        try
        {
            if (subscription is { NeedsOwner: true, Sender: { } sender })
            {
                // First the rule, then the question: so no change of owner is missed.
                await CallDriverAsync("AddMatch", "s", [Subscription.OwnerRule(sender)], string.Empty, cancellation);
                rules.Add(Subscription.OwnerRule(sender));
                await AskOwnerAsync(subscription, sender, cancellation);
            }

            await CallDriverAsync("AddMatch", "s", [subscription.Rule], string.Empty, cancellation);
            rules.Add(subscription.Rule);
            return ended;
        }
        catch
        {
            await ended.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answer is taken on the thread: a signal behind it must already find the owner.</summary>
    private async Task AskOwnerAsync(Subscription subscription, string name, CancellationToken cancellation)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PendingCall call = new(Driver, DriverPath, Driver, "GetNameOwner", BusSignature.Parse("s"), [name], new BusCallOptions { Returns = "s" })
        {
            Then = (reply, error) =>
            {
                subscription.Owner = reply?.Get<string>(0) ?? subscription.Owner;
                _ = error is null or BusException { Name: BusErrors.NameHasNoOwner } ? answer.TrySetResult() : answer.TrySetException(error);
            },
        };
        if (!loop.Post(() => calls.Send(call)))
        {
            throw BusLoop.Gone();
        }

        await answer.Task.WaitAsync(cancellation);
    }

    private static bool Nothing(Action action)
    {
        action();
        return true;
    }

    private unsafe bool SendSignal(string path, string @interface, string member, BusSignature signature, IReadOnlyList<object> values, string? destination)
    {
        nint message = 0;
        try
        {
            var result = LibSystemd.sd_bus_message_new_signal(loop.Bus, out message, path, @interface, member);
            result = result >= 0 && destination is not null ? LibSystemd.sd_bus_message_set_destination(message, destination) : result;
            if (result >= 0)
            {
                MessageWriter.Write(message, $"{@interface}.{member}", signature, values);
                result = LibSystemd.sd_bus_send(loop.Bus, message, null);
            }

            return result >= 0 ? true : throw new BusException(BusErrors.Failed, $"the signal cannot be sent: {LibSystemd.Explain(result)}", $"{@interface}.{member}");
        }
        finally
        {
            LibSystemd.sd_bus_message_unref(message);
        }
    }

    /// <summary>Takes each message, on the thread of the connection.</summary>
    private void Take(nint message)
    {
        try
        {
            if (LibSystemd.sd_bus_message_get_type(message, out var type) < 0)
            {
                return;
            }

            switch (type)
            {
                case LibSystemd.MethodCall: server.Take(message); break;
                case LibSystemd.MethodReturn: calls.Take(message, isError: false); break;
                case LibSystemd.MethodError: calls.Take(message, isError: true); break;
                case LibSystemd.Signal when signals.Take(message) is { } gone: server.CallerLeft(gone); break;
                default: break;
            }
        }
        catch (Exception error)
        {
            Defect(error); // One message must not end the connection.
        }
    }

    private void End(BusException why)
    {
        calls.End(why);
        signals.End();
        server.End();
        closed.TrySetResult();
    }

    private void Defect(Exception error)
    {
        try
        {
            options.OnDefect?.Invoke(error);
        }
        catch (Exception)
        {
            // Whoever listens to defects has one of their own; there is nobody left to tell.
        }
    }

    private sealed class Ended(Func<Task> end) : IAsyncDisposable
    {
        private int done;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
            {
                try
                {
                    await end();
                }
                catch (BusException error) when (error.Name == BusErrors.Disconnected)
                {
                    // Nothing is subscribed where there is no connection.
                }
            }
        }
    }
}
