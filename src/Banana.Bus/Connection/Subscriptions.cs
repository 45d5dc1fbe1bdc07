// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Threading.Channels;
using Banana.Bus.Native;
using Banana.Bus.Values;

namespace Banana.Bus.Connection;

/// <summary>What a subscriber wants to hear, and the way to it: signals wait in a queue of their own and are handed out one after the other.</summary>
internal sealed class Subscription
{
    // Whoever is this far behind gets the newest and loses the oldest, instead of filling our memory.
    private const int MostWaiting = 4096;

    private readonly Channel<BusSignal> queue = Channel.CreateBounded<BusSignal>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>The sender as a well-known or unique name; anybody when null.</summary>
    public string? Sender { get; init; }

    public string? Path { get; init; }

    public required string Interface { get; init; }

    public required string Member { get; init; }

    /// <summary>The first value, which must be text; anything when null.</summary>
    public string? FirstValue { get; init; }

    /// <summary>Whether the owner of <see cref="Sender"/> must be known to tell its signals from those of others.</summary>
    public bool NeedsOwner => Sender is { } sender && sender != BusConnection.Driver && !BusNames.IsUnique(sender);

    /// <summary>Who owns a well-known <see cref="Sender"/> now; nobody when null.</summary>
    public string? Owner { get; set; }

    /// <summary>The rule that makes the bus send these signals to us.</summary>
    public string Rule
    {
        get
        {
            var rule = $"type='signal',interface='{Interface}',member='{Member}'";
            rule += Sender is null ? string.Empty : $",sender='{Sender}'";
            rule += Path is null ? string.Empty : $",path='{Path}'";
            return rule + (FirstValue is null ? string.Empty : $",arg0='{FirstValue}'");
        }
    }

    /// <summary>The rule that makes the bus tell who owns a name.</summary>
    public static string OwnerRule(string name) =>
        $"type='signal',sender='{BusConnection.Driver}',interface='{BusConnection.Driver}',member='NameOwnerChanged',path='{BusConnection.DriverPath}',arg0='{name}'";

    public bool Fits(string sender, string path, string @interface, string member) =>
        Member == member && Interface == @interface && (Path is null || Path == path) && (Sender is null || sender == (NeedsOwner ? Owner : Sender));

    public void Offer(BusSignal signal)
    {
        if (FirstValue is null || (signal.Values.Count > 0 && signal.Values.Items[0] is string first && first == FirstValue))
        {
            queue.Writer.TryWrite(signal);
        }
    }

    public void Complete() => queue.Writer.TryComplete();

    /// <summary>Hands out signals until the subscription ends.</summary>
    public async Task PumpAsync(Func<BusSignal, Task> handler, Action<Exception> onDefect)
    {
        await foreach (var signal in queue.Reader.ReadAllAsync())
        {
            try
            {
                await handler(signal);
            }
            catch (Exception error)
            {
                onDefect(error);
            }
        }
    }
}

/// <summary>Brings signals to who subscribed. Lives on the thread of the connection.</summary>
internal sealed class SignalRouter(Action<Exception> onDefect)
{
    private readonly List<Subscription> subscriptions = [];

    public void Add(Subscription subscription) => subscriptions.Add(subscription);

    public void Remove(Subscription subscription)
    {
        subscriptions.Remove(subscription);
        subscription.Complete();
    }

    public void End()
    {
        subscriptions.ForEach(subscription => subscription.Complete());
        subscriptions.Clear();
    }

    /// <summary>Takes a signal.</summary>
    /// <returns>The unique name of a connection that left the bus, when this says so.</returns>
    public string? Take(nint message)
    {
        var sender = LibSystemd.Text(LibSystemd.sd_bus_message_get_sender(message));
        var path = LibSystemd.Text(LibSystemd.sd_bus_message_get_path(message));
        var @interface = LibSystemd.Text(LibSystemd.sd_bus_message_get_interface(message));
        var member = LibSystemd.Text(LibSystemd.sd_bus_message_get_member(message));
        if (sender is null || path is null || @interface is null || member is null)
        {
            return null;
        }

        var isOwnerChange = sender == BusConnection.Driver && @interface == BusConnection.Driver && member == "NameOwnerChanged";
        var takers = subscriptions.Where(subscription => subscription.Fits(sender, path, @interface, member)).ToList();
        if (takers.Count == 0 && !isOwnerChange)
        {
            return null;
        }

        try
        {
            BusSignal signal = new(sender, path, @interface, member, MessageReader.Read(message, $"{@interface}.{member}"));
            takers.ForEach(subscription => subscription.Offer(signal));
            return isOwnerChange ? TakeOwner(signal.Values) : null;
        }
        catch (Exception error) when (error is BusException or IOException)
        {
            onDefect(error); // Somebody sent nonsense, which must not end the connection.
            return null;
        }
    }

    private string? TakeOwner(BusValues values)
    {
        values.Expect("sss");
        var name = values.Get<string>(0);
        var owner = values.Get<string>(2);
        foreach (var subscription in subscriptions.Where(subscription => subscription.NeedsOwner && subscription.Sender == name))
        {
            subscription.Owner = owner.Length == 0 ? null : owner;
        }

        return owner.Length == 0 && BusNames.IsUnique(name) ? name : null;
    }
}
