// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Bus.Connection;
using Banana.Bus.Native;
using Banana.Bus.Values;

namespace Banana.Bus.Service;

/// <summary>Answers the calls of others. Lives on the thread of the connection, but for the handlers, which run on the thread pool.</summary>
internal sealed class ObjectServer
{
    private readonly BusConnection connection;
    private readonly BusLoop loop;
    private readonly BusOptions options;
    private readonly Action<Exception> onDefect;
    private readonly CallRouter router;
    private readonly HashSet<ActiveCall> active = [];
    private readonly List<TaskCompletionSource> drained = [];
    private readonly Lazy<Task> watch;
    private volatile int activeCalls;
    private long lastActivity;

    public ObjectServer(BusConnection connection, BusLoop loop, BusOptions options, Action<Exception> onDefect)
    {
        this.connection = connection;
        this.loop = loop;
        this.options = options;
        this.onDefect = onDefect;
        router = new CallRouter(connection, Objects);
        lastActivity = options.Clock.GetTimestamp();
        watch = new(() => connection.CallDriverAsync("AddMatch", "s", [LeaversRule], string.Empty, CancellationToken.None));
    }

    public ObjectTree Objects { get; } = new();

    /// <summary>How many calls are being handled; from any thread.</summary>
    public int ActiveCalls => activeCalls;

    /// <summary>When a call last came or was answered, by the clock of the options; from any thread.</summary>
    public long LastActivity => Volatile.Read(ref lastActivity);

    // One rule for all callers: a connection that left the bus is a name without a new owner.
    private static string LeaversRule => $"type='signal',sender='{BusConnection.Driver}',interface='{BusConnection.Driver}',member='NameOwnerChanged',path='{BusConnection.DriverPath}',arg2=''";

    /// <summary>Lets the bus tell us who leaves it; asked once.</summary>
    public Task WatchCallersAsync(CancellationToken cancellation) => watch.Value.WaitAsync(cancellation);

    /// <summary>Takes a call.</summary>
    public void Take(nint message)
    {
        Volatile.Write(ref lastActivity, options.Clock.GetTimestamp());
        var path = LibSystemd.Text(LibSystemd.sd_bus_message_get_path(message)) ?? "/";
        var @interface = LibSystemd.Text(LibSystemd.sd_bus_message_get_interface(message));
        var member = LibSystemd.Text(LibSystemd.sd_bus_message_get_member(message)) ?? string.Empty;
        try
        {
            if (active.Count >= options.MostCalls)
            {
                throw new BusException(BusErrors.LimitsExceeded, $"{options.MostCalls} calls are being handled; try again later");
            }

            var values = MessageReader.Read(message, $"{@interface ?? path}.{member}");
            var answer = router.Find(path, @interface, member, values);
            ActiveCall call = new(LibSystemd.sd_bus_message_ref(message), LibSystemd.Text(LibSystemd.sd_bus_message_get_sender(message)) ?? string.Empty);
            active.Add(call);
            activeCalls = active.Count;
            BusCall seen = new(connection, call.Sender, path, answer.Interface, member, values, LibSystemd.sd_bus_message_get_allow_interactive_authorization(message) > 0, call.Left);
            _ = Task.Run(() => HandleAsync(call, seen, answer));
        }
        catch (Exception error) when (error is BusException or IOException)
        {
            ReplyError(message, BusException.Of(error), plain: true);
        }
    }

    /// <summary>Somebody left the bus: cancels what it asked for.</summary>
    public void CallerLeft(string name)
    {
        foreach (var call in active.Where(call => call.Sender == name).ToList())
        {
            _ = Task.Run(call.Leave);
        }
    }

    /// <summary>Waits until no call is being handled.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.RunAsync(() =>
        {
            if (active.Count == 0)
            {
                done.SetResult();
            }
            else
            {
                drained.Add(done);
            }

            return true;
        });
        await done.Task.WaitAsync(cancellation);
    }

    /// <summary>The connection ended: nobody can be answered.</summary>
    public void End()
    {
        foreach (var call in active)
        {
            LibSystemd.sd_bus_message_unref(call.Message);
            _ = Task.Run(call.Leave);
        }

        active.Clear();
        activeCalls = 0;
        drained.ForEach(done => done.TrySetResult());
    }

    private async Task HandleAsync(ActiveCall call, BusCall seen, Answer answer)
    {
        BusBody? body = null;
        BusException? failure = null;
        try
        {
            body = await answer.RunAsync(seen);
        }
        catch (Exception error)
        {
            failure = BusException.Of(error);
            if (failure.Name == DefectName)
            {
                onDefect(error);
            }
        }

        if (!loop.Post(() => Finish(call, seen, answer, body, failure)))
        {
            seen.SetAnswered();
        }
    }

    private static string DefectName { get; } = BusErrors.NameOf(Foundation.Errors.ExitCode.Defect);

    private void Finish(ActiveCall call, BusCall seen, Answer answer, BusBody? body, BusException? failure)
    {
        if (!active.Remove(call))
        {
            seen.SetAnswered();
            return; // The connection ended in the meantime.
        }

        try
        {
            if (failure is not null)
            {
                ReplyError(call.Message, failure, answer.HasPlainErrors);
            }
            else
            {
                Reply(call.Message, $"{seen.Interface}.{seen.Member}", body!);
            }
        }
        finally
        {
            LibSystemd.sd_bus_message_unref(call.Message);
            call.Dispose();
            seen.SetAnswered();
            activeCalls = active.Count;
            Volatile.Write(ref lastActivity, options.Clock.GetTimestamp());
            if (active.Count == 0)
            {
                drained.ForEach(done => done.TrySetResult());
                drained.Clear();
            }
        }
    }

    private unsafe void Reply(nint call, string member, BusBody body)
    {
        if (LibSystemd.sd_bus_message_get_expect_reply(call) <= 0)
        {
            return;
        }

        nint reply = 0;
        try
        {
            Check(LibSystemd.sd_bus_message_new_method_return(call, out reply));
            MessageWriter.Write(reply, $"the reply of {member}", BusSignature.Parse(body.Signature), body.Values);
            Check(LibSystemd.sd_bus_send(loop.Bus, reply, null));
        }
        catch (BusException error)
        {
            // A handler returned what its description does not say: our own defect, which the caller must not wait for in vain.
            onDefect(error);
            ReplyError(call, new BusException(DefectName, error.Message), plain: false);
        }
        finally
        {
            LibSystemd.sd_bus_message_unref(reply);
        }
    }

    private unsafe void ReplyError(nint call, BusException error, bool plain)
    {
        if (LibSystemd.sd_bus_message_get_expect_reply(call) <= 0)
        {
            return;
        }

        nint reply = 0;
        var name = Marshal.StringToCoTaskMemUTF8(BusNames.IsInterface(error.Name) ? error.Name : BusErrors.Failed);
        try
        {
            Check(LibSystemd.sd_bus_message_new_method_error(call, out reply, new LibSystemd.ErrorName { Name = name }));
            var body = error.ToBody(plain);
            MessageWriter.Write(reply, error.Name, BusSignature.Parse(body.Signature), body.Values);
            Check(LibSystemd.sd_bus_send(loop.Bus, reply, null));
        }
        catch (BusException unsent)
        {
            onDefect(unsent);
        }
        finally
        {
            LibSystemd.sd_bus_message_unref(reply);
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new BusException(BusErrors.Failed, $"the reply cannot be sent: {LibSystemd.Explain(result)}");
        }
    }

    /// <summary>A call that is being handled, and the message that its reply refers to.</summary>
    private sealed class ActiveCall(nint message, string sender) : IDisposable
    {
        private readonly Lock gate = new();
        private bool isDone;

        public nint Message { get; } = message;

        public string Sender { get; } = sender;

        public CancellationTokenSource Left { get; } = new();

        /// <summary>Cancels, unless the call was answered before.</summary>
        public void Leave()
        {
            lock (gate)
            {
                if (isDone)
                {
                    return;
                }
            }

            Left.Cancel();
        }

        public void Dispose()
        {
            // Not the source itself: a handler may have left work behind that still asks its token. It holds no timer, so nothing leaks.
            lock (gate)
            {
                isDone = true;
            }
        }
    }
}
