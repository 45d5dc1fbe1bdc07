// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>What others may call on an object: methods, properties and signals under one name. Described once, exported on as many objects as there are.</summary>
public sealed class BusInterface
{
    private readonly Dictionary<string, BusMethod> methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BusProperty> properties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BusSignalType> signals = new(StringComparer.Ordinal);

    /// <param name="name">The name of the interface, such as <c>org.kde.banana1.Manager</c>.</param>
    public BusInterface(string name) => Name = BusNames.Require(name, BusNames.IsInterface, "the name of an interface");

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether errors are one line of text alone. For interfaces that others specified, whose clients know no more.</summary>
    public bool HasPlainErrors { get; init; }

    internal IReadOnlyDictionary<string, BusMethod> Methods => methods;

    internal IReadOnlyDictionary<string, BusProperty> Properties => properties;

    internal IReadOnlyDictionary<string, BusSignalType> Signals => signals;

    /// <summary>Adds a method that returns values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="takes">Its arguments as <c>name:signature</c>, separated by blanks: <c>"version:s flags:t"</c>.</param>
    /// <param name="returns">What it returns, written the same way.</param>
    /// <param name="handler">Runs on the thread pool, several at once. A BananaException that it throws goes to the caller as it is; any other exception is told as a defect.</param>
    public BusInterface Method(string name, string takes, string returns, Func<BusCall, Task<object[]>> handler)
    {
        methods.Add(BusNames.Require(name, BusNames.IsMember, "the name of a method"), new BusMethod(name, BusArguments.Parse(takes), BusArguments.Parse(returns), handler));
        return this;
    }

    /// <summary>Adds a method that returns nothing.</summary>
    public BusInterface Method(string name, string takes, Func<BusCall, Task> handler) => Method(name, takes, string.Empty, async call =>
    {
        await handler(call);
        return [];
    });

    /// <summary>Adds a property.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="signature">Its one type.</param>
    /// <param name="get">Its value now. Asked on the thread pool.</param>
    /// <param name="set">Sets it, after it found the value good and the caller permitted; null for a property that only the service changes.</param>
    /// <param name="change">What the service tells of changes.</param>
    public BusInterface Property(string name, string signature, Func<object> get, Func<BusCall, object, Task>? set = null, BusChange change = BusChange.Told)
    {
        properties.Add(BusNames.Require(name, BusNames.IsMember, "the name of a property"), new BusProperty(name, BusSignature.ParseOne(signature).Text, get, set, change));
        return this;
    }

    /// <summary>Adds a signal, sent by <see cref="BusExport.EmitAsync"/>.</summary>
    public BusInterface Signal(string name, string carries)
    {
        signals.Add(BusNames.Require(name, BusNames.IsMember, "the name of a signal"), new BusSignalType(name, BusArguments.Parse(carries)));
        return this;
    }

    internal async Task<object> GetAllAsync() =>
        await Task.Run(() => Properties.Values.ToDictionary(property => property.Name, property => (object)property.Read(), StringComparer.Ordinal));
}

/// <summary>What is told of a property's changes (<c>org.freedesktop.DBus.Property.EmitsChangedSignal</c>).</summary>
public enum BusChange
{
    /// <summary>The new value, by <see cref="BusExport.EmitChangedAsync"/>.</summary>
    Told,

    /// <summary>That there is a new value.</summary>
    Invalidated,

    /// <summary>It never changes while the object is there.</summary>
    Never,

    /// <summary>Nothing: who wants to know must ask.</summary>
    Untold,
}

/// <summary>Names and types of what a method takes or returns.</summary>
internal sealed record BusArguments(BusSignature Signature, IReadOnlyList<(string Name, string Type)> Items)
{
    public static BusArguments Parse(string text)
    {
        List<(string Name, string Type)> items = [];
        foreach (var item in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            items.Add((parts.Length == 2 ? parts[0] : throw new ArgumentException($"'{item}' is not written as name:signature", nameof(text)), BusSignature.ParseOne(parts[1]).Text));
        }

        return new BusArguments(BusSignature.Parse(string.Concat(items.Select(item => item.Type))), items);
    }
}

internal sealed record BusMethod(string Name, BusArguments In, BusArguments Out, Func<BusCall, Task<object[]>> Handler);

internal sealed record BusProperty(string Name, string Type, Func<object> Get, Func<BusCall, object, Task>? Set, BusChange Change)
{
    public BusVariant Read() => new(Type, Get());
}

internal sealed record BusSignalType(string Name, BusArguments Values);
