// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bus.Native;
using Banana.Bus.Values;

namespace Banana.Bus.Connection;

/// <summary>A call that is sent and whose reply is waited for.</summary>
internal sealed class PendingCall(string destination, string path, string @interface, string member, BusSignature signature, IReadOnlyList<object> values, BusCallOptions options)
{
    public string Destination { get; } = destination;

    public string Path { get; } = path;

    public string Interface { get; } = @interface;

    public string Member { get; } = member;

    public BusSignature Signature { get; } = signature;

    public IReadOnlyList<object> Values { get; } = values;

    public BusCallOptions Options { get; } = options;

    /// <summary>Its name in errors.</summary>
    public string Label => $"{Interface}.{Member}";

    /// <summary>Told on the thread of the connection what came: values, or an error.</summary>
    public required Action<BusValues?, Exception?> Then { get; init; }

    /// <summary>Set when nobody waits any more.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>The number of the message that was sent; 0 before.</summary>
    public ulong Cookie { get; set; }
}

/// <summary>The calls that wait for a reply. Lives on the thread of the connection.</summary>
internal sealed unsafe class PendingCalls(BusLoop loop)
{
    private readonly Dictionary<ulong, PendingCall> waiting = [];

    /// <summary>Sends a call.</summary>
    public void Send(PendingCall call)
    {
        if (call.IsAbandoned)
        {
            return;
        }

        if (loop.Bus == 0)
        {
            call.Then(null, BusLoop.Gone());
            return;
        }

        nint message = 0;
        try
        {
            Check(LibSystemd.sd_bus_message_new_method_call(loop.Bus, out message, call.Destination, call.Path, call.Interface, call.Member), call);
            Check(LibSystemd.sd_bus_message_set_allow_interactive_authorization(message, call.Options.MayInteract ? 1 : 0), call);
            Check(LibSystemd.sd_bus_message_set_auto_start(message, call.Options.StartsService ? 1 : 0), call);
            MessageWriter.Write(message, call.Label, call.Signature, call.Values);
            ulong cookie;
            Check(LibSystemd.sd_bus_send(loop.Bus, message, &cookie), call);
            call.Cookie = cookie;
            waiting.Add(cookie, call);
        }
        catch (Exception error)
        {
            call.Then(null, error);
        }
        finally
        {
            LibSystemd.sd_bus_message_unref(message);
        }
    }

    /// <summary>Waits no longer: a late reply is dropped unread.</summary>
    public void Forget(PendingCall call)
    {
        call.IsAbandoned = true;
        waiting.Remove(call.Cookie);
    }

    /// <summary>Takes a reply.</summary>
    public void Take(nint message, bool isError)
    {
        if (LibSystemd.sd_bus_message_get_reply_cookie(message, out var cookie) < 0 || !waiting.Remove(cookie, out var call))
        {
            return;
        }

        try
        {
            if (isError)
            {
                var name = LibSystemd.Text(LibSystemd.sd_bus_message_get_error(message)->Name) ?? BusErrors.Failed;
                call.Then(null, BusException.Received(name, MessageReader.Read(message, call.Label), call.Label));
                return;
            }

            var values = MessageReader.Read(message, call.Label);
            if (call.Options.Returns is { } returns && returns != values.Signature.Text)
            {
                throw new BusException(BusErrors.InvalidSignature, $"the reply of {call.Label} has the values '{values.Signature}' and not '{returns}'");
            }

            call.Then(values, null);
        }
        catch (Exception error) when (error is BusException or IOException)
        {
            call.Then(null, error);
        }
    }

    /// <summary>Fails all: the connection ended.</summary>
    public void End(BusException why)
    {
        foreach (var call in waiting.Values)
        {
            call.Then(null, why);
        }

        waiting.Clear();
    }

    private static void Check(int result, PendingCall call)
    {
        if (result < 0)
        {
            throw new BusException(BusErrors.Failed, $"the call cannot be sent: {LibSystemd.Explain(result)}", call.Label);
        }
    }
}
