// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Banana.Bus.Native;
using Banana.Foundation.Errors;
using Microsoft.Win32.SafeHandles;

namespace Banana.Bus.Connection;

/// <summary>
/// The thread of a connection. sd-bus is not made for several threads, so all its calls are made here: others post work.
/// No callback is given to sd-bus: <c>sd_bus_process</c> hands out each message, and what it means is decided in managed code.
/// </summary>
internal sealed unsafe class BusLoop
{
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<Action> work = new();
    private readonly Lock gate = new();
    private readonly SafeFileHandle wake = LibC.NewEvent();
    private readonly string address;
    private readonly TaskCompletionSource<string> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<nint> onMessage;
    private readonly Action<BusException> onEnd;
    private bool ended;
    private bool stopping;

    /// <param name="address">A D-Bus address.</param>
    /// <param name="onMessage">Takes each message, on the thread; the message is only lent.</param>
    /// <param name="onEnd">Told on the thread when there is no connection any more, with what calls fail with from then on.</param>
    public BusLoop(string address, Action<nint> onMessage, Action<BusException> onEnd)
    {
        this.address = address;
        this.onMessage = onMessage;
        this.onEnd = onEnd;
    }

    /// <summary>The connection; only to be used on the thread, and 0 when it ended.</summary>
    public nint Bus { get; private set; }

    /// <summary>Connects; the unique name that the bus gave.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.Unreachable"/>.</exception>
    public Task<string> StartAsync()
    {
        new Thread(Run) { IsBackground = true, Name = "bus" }.Start();
        return started.Task;
    }

    /// <summary>Runs something on the thread, in the order of posting. False when the connection ended; it is not run then.</summary>
    public bool Post(Action action)
    {
        lock (gate)
        {
            if (ended)
            {
                return false;
            }

            work.Enqueue(action);
            LibC.Raise(wake);
            return true;
        }
    }

    /// <summary>Runs something on the thread and returns what it returns.</summary>
    /// <exception cref="BusException"><c>Disconnected</c>: the connection ended.</exception>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = Post(() =>
        {
            try
            {
                done.SetResult(Bus == 0 ? throw Gone() : function());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return posted ? done.Task : Task.FromException<T>(Gone());
    }

    /// <summary>Ends the connection when what was posted and queued is written. Safe to call more than once.</summary>
    public void Stop() => Post(() => stopping = true);

    /// <summary>What a call on a connection that ended fails with.</summary>
    public static BusException Gone(string? why = null) => new(BusErrors.Disconnected, $"the connection to the message bus ended{(why is null ? string.Empty : $": {why}")}");

    private void Run()
    {
        var why = Gone();
        try
        {
            Connect();
            while (!stopping)
            {
                Turn();
            }

            Flush();
        }
        catch (Exception error)
        {
            started.TrySetException(error);
            why = Gone(error.Message);
        }

        End(why);
    }

    private void Connect()
    {
        Check(LibSystemd.sd_bus_new(out var bus));
        Bus = bus;
        Check(LibSystemd.sd_bus_set_address(bus, address));
        Check(LibSystemd.sd_bus_set_bus_client(bus, 1));
        Check(LibSystemd.sd_bus_negotiate_fds(bus, 1));
        Check(LibSystemd.sd_bus_start(bus));
        while (Check(LibSystemd.sd_bus_is_ready(bus)) == 0)
        {
            if (!Process())
            {
                Wait(); // sd-bus has its own limit for the authentication, which its timeout brings
            }
        }

        Check(LibSystemd.sd_bus_get_unique_name(bus, out var name));
        started.SetResult(LibSystemd.Text(name)!);
    }

    private void Turn()
    {
        LibC.Reset(wake);
        while (!stopping && work.TryDequeue(out var action))
        {
            action();
        }

        if (!stopping && !Process() && work.IsEmpty)
        {
            Wait();
        }
    }

    /// <summary>Lets sd-bus do one thing. False when there is nothing to do now.</summary>
    private bool Process()
    {
        var result = Check(LibSystemd.sd_bus_process(Bus, out var message));
        if (message != 0)
        {
            try
            {
                onMessage(message);
            }
            finally
            {
                LibSystemd.sd_bus_message_unref(message);
            }
        }

        return result > 0;
    }

    private void Wait(TimeSpan? most = null)
    {
        var entries = stackalloc LibC.PollEntry[2];
        entries[0].Descriptor = Check(LibSystemd.sd_bus_get_fd(Bus));
        entries[0].Events = (short)Check(LibSystemd.sd_bus_get_events(Bus));
        entries[1].Descriptor = (int)wake.DangerousGetHandle(); // Closed by this thread only, at its end.
        entries[1].Events = LibC.PollIn;
        Check(LibSystemd.sd_bus_get_timeout(Bus, out var until));
        var milliseconds = -1;
        if (until != ulong.MaxValue)
        {
            var now = LibC.Now();
            milliseconds = until <= now ? 0 : (int)Math.Min((until - now + 999) / 1000, int.MaxValue);
        }

        if (most is { } limit && (milliseconds < 0 || milliseconds > limit.TotalMilliseconds))
        {
            milliseconds = (int)limit.TotalMilliseconds;
        }

        _ = LibC.poll(entries, 2, milliseconds); // An interrupted wait is a short one.
    }

    /// <summary>Writes what is queued. A bus that takes nothing must not hold us for good.</summary>
    private void Flush()
    {
        var until = LibC.Now() + (ulong)PatienceAtEnd.TotalMicroseconds;
        while (LibSystemd.sd_bus_get_events(Bus) is var events and >= 0 && (events & LibC.PollOut) != 0 && LibC.Now() < until)
        {
            LibC.Reset(wake);
            if (LibSystemd.sd_bus_process(Bus, out var message) == 0)
            {
                Wait(TimeSpan.FromMilliseconds(50));
            }

            if (message != 0)
            {
                LibSystemd.sd_bus_message_unref(message); // We are leaving: nobody is there to take it.
            }
        }
    }

    private void End(BusException why)
    {
        var bus = Bus;
        Bus = 0;
        lock (gate)
        {
            ended = true;
        }

        while (work.TryDequeue(out var action))
        {
            action(); // It sees that there is no connection.
        }

        onEnd(why);
        if (bus != 0)
        {
            LibSystemd.sd_bus_close(bus);
            LibSystemd.sd_bus_unref(bus);
        }

        wake.Dispose();
    }

    private int Check(int result) => result >= 0 ? result : throw new BananaException(ExitCode.Unreachable, $"the message bus cannot be reached: {LibSystemd.Explain(result)}", address, "see that a message bus runs there");
}
