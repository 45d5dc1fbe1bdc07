// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>An interface on an object, as long as it is there.</summary>
public sealed class BusExport : IAsyncDisposable
{
    private const string PropertiesInterface = "org.freedesktop.DBus.Properties";
    private const string ManagerInterface = "org.freedesktop.DBus.ObjectManager";

    private readonly BusConnection connection;
    private readonly BusInterface @interface;
    private int isGone;

    internal BusExport(BusConnection connection, string path, BusInterface @interface)
    {
        this.connection = connection;
        this.@interface = @interface;
        Path = path;
    }

    /// <summary>The object.</summary>
    public string Path { get; }

    /// <summary>Sends a signal of the interface.</summary>
    /// <param name="signal">Its name.</param>
    /// <param name="values">Its values.</param>
    public Task EmitAsync(string signal, params object[] values) =>
        @interface.Signals.TryGetValue(signal, out var type)
            ? connection.EmitAsync(Path, @interface.Name, signal, type.Values.Signature.Text, values)
            : throw new ArgumentException($"{@interface.Name} has no signal {signal}", nameof(signal));

    /// <summary>Tells that properties have new values.</summary>
    /// <param name="properties">Their names.</param>
    public Task EmitChangedAsync(params string[] properties)
    {
        Dictionary<string, object> changed = new(StringComparer.Ordinal);
        List<string> invalidated = [];
        foreach (var name in properties)
        {
            var property = @interface.Properties.GetValueOrDefault(name) ?? throw new ArgumentException($"{@interface.Name} has no property {name}", nameof(properties));
            switch (property.Change)
            {
                case BusChange.Told: changed.Add(name, property.Read()); break;
                case BusChange.Invalidated: invalidated.Add(name); break;
                default: throw new ArgumentException($"{@interface.Name}.{name} is described as a property whose changes are not told", nameof(properties));
            }
        }

        return connection.EmitAsync(Path, PropertiesInterface, "PropertiesChanged", "sa{sv}as", [@interface.Name, changed, invalidated]);
    }

    /// <summary>Takes the interface away. Calls that are being handled are still answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isGone, 1) == 1)
        {
            return;
        }

        try
        {
            if (await connection.WithdrawAsync(Path, @interface) is { } manager)
            {
                await connection.EmitAsync(manager, ManagerInterface, "InterfacesRemoved", "oas", [Path, new[] { @interface.Name }]);
            }
        }
        catch (BusException error) when (error.Name == BusErrors.Disconnected)
        {
            // Nothing is exported where there is no connection.
        }
    }

    internal async Task AnnounceAsync(string? manager)
    {
        if (manager is not null)
        {
            Dictionary<string, object> interfaces = new(StringComparer.Ordinal) { [@interface.Name] = await @interface.GetAllAsync() };
            await connection.EmitAsync(manager, ManagerInterface, "InterfacesAdded", "oa{sa{sv}}", [Path, interfaces]);
        }
    }
}
