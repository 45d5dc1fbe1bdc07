// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>A call of somebody else, which a handler answers.</summary>
public sealed class BusCall
{
    private readonly CancellationTokenSource left;
    private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BusCall(BusConnection connection, string sender, string path, string @interface, string member, BusValues values, bool mayInteract, CancellationTokenSource left)
    {
        Connection = connection;
        Sender = sender;
        Path = path;
        Interface = @interface;
        Member = member;
        Values = values;
        MayInteract = mayInteract;
        this.left = left;
    }

    /// <summary>The connection that it came by.</summary>
    public BusConnection Connection { get; }

    /// <summary>The unique name of the caller; the bus vouches for it.</summary>
    public string Sender { get; }

    /// <summary>The object that was called.</summary>
    public string Path { get; }

    /// <summary>The interface that was called.</summary>
    public string Interface { get; }

    /// <summary>The method that was called.</summary>
    public string Member { get; }

    /// <summary>What the caller gave, of the types that the method takes.</summary>
    public BusValues Values { get; }

    /// <summary>Whether the user may be asked for a password (ALLOW_INTERACTIVE_AUTHORIZATION).</summary>
    public bool MayInteract { get; }

    /// <summary>Cancelled when the caller left the bus, or the connection ended: nobody waits for the reply.</summary>
    public CancellationToken Cancellation => left.Token;

    /// <summary>Done when the reply is sent, or nobody is there to take it. What a call began waits for this before it tells of its end, so that the caller knows what it is told about.</summary>
    public Task Answered => answered.Task;

    /// <summary>The process of the caller.</summary>
    public Task<BusPeer> GetPeerAsync() => Connection.GetPeerAsync(Sender, Cancellation);

    internal void SetAnswered() => answered.TrySetResult();
}
