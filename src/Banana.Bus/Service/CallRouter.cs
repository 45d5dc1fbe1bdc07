// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus.Service;

/// <summary>Finds what answers a call: a method of ours, or one of the interfaces that every object has.</summary>
internal sealed class CallRouter(BusConnection connection, ObjectTree objects)
{
    private const string Introspectable = "org.freedesktop.DBus.Introspectable";
    private const string PropertiesInterface = "org.freedesktop.DBus.Properties";
    private const string ManagerInterface = "org.freedesktop.DBus.ObjectManager";

    /// <summary>What answers a call. Found on the thread of the connection, run on the thread pool.</summary>
    /// <exception cref="BusException">Nothing does, or it takes other values.</exception>
    public Answer Find(string path, string? @interface, string member, BusValues values)
    {
        var interfaces = objects.Find(path);
        var children = objects.Children(path);
        var isManager = objects.IsManager(path);
        if (interfaces is null && children.Count == 0 && !isManager)
        {
            throw new BusException(BusErrors.UnknownObject, $"there is no object {path}");
        }

        if (member == "Introspect" && @interface is Introspectable or null)
        {
            values.Expect(string.Empty);
            var xml = Introspection.Describe(interfaces?.Values, isManager, children);
            return new Answer(Introspectable, false, _ => Task.FromResult(new BusBody("s", [xml])));
        }

        if (member == "GetManagedObjects" && isManager && @interface is ManagerInterface or null)
        {
            values.Expect(string.Empty);
            var below = objects.Below(path);
            return new Answer(ManagerInterface, false, _ => ListAsync(below));
        }

        if (interfaces is null)
        {
            throw new BusException(BusErrors.UnknownObject, $"there is no object {path}, only some below it");
        }

        if (@interface == PropertiesInterface)
        {
            return FindProperty(path, interfaces, member, values);
        }

        var owner = @interface is null ? interfaces.Values.FirstOrDefault(each => each.Methods.ContainsKey(member)) : interfaces.GetValueOrDefault(@interface);
        if (owner is null && @interface is not null)
        {
            throw new BusException(BusErrors.UnknownInterface, $"{path} has no interface {@interface}");
        }

        if (owner?.Methods.GetValueOrDefault(member) is not { } method)
        {
            throw new BusException(BusErrors.UnknownMethod, $"{path} has no method {member}{(@interface is null ? string.Empty : $" in {@interface}")}");
        }

        return values.Signature.Text != method.In.Signature.Text
            ? throw new BusException(BusErrors.InvalidArgs, $"{owner.Name}.{member} takes '{method.In.Signature}' and not '{values.Signature}'")
            : new Answer(owner.Name, owner.HasPlainErrors, async call => new BusBody(method.Out.Signature.Text, await method.Handler(call)));
    }

    private Answer FindProperty(string path, IReadOnlyDictionary<string, BusInterface> interfaces, string member, BusValues values)
    {
        values.Expect(member switch
        {
            "Get" => "ss",
            "GetAll" => "s",
            "Set" => "ssv",
            _ => throw new BusException(BusErrors.UnknownMethod, $"{path} has no method {member} in {PropertiesInterface}"),
        });
        var name = values.Get<string>(0);
        if (member == "GetAll" && name.Length == 0)
        {
            IReadOnlyList<BusInterface> all = [.. interfaces.Values];
            return new Answer(PropertiesInterface, false, async _ => new BusBody("a{sv}", [await MergeAsync(all)]));
        }

        var owner = interfaces.GetValueOrDefault(name) ?? throw new BusException(BusErrors.UnknownInterface, $"{path} has no interface {name}");
        if (member == "GetAll")
        {
            return new Answer(PropertiesInterface, owner.HasPlainErrors, async _ => new BusBody("a{sv}", [await owner.GetAllAsync()]));
        }

        var property = owner.Properties.GetValueOrDefault(values.Get<string>(1)) ?? throw new BusException(BusErrors.UnknownProperty, $"{path} has no property {values.Get<string>(1)} in {name}");
        if (member == "Get")
        {
            return new Answer(PropertiesInterface, owner.HasPlainErrors, _ => Task.FromResult(new BusBody("v", [property.Read()])));
        }

        if (property.Set is not { } set)
        {
            throw new BusException(BusErrors.PropertyReadOnly, $"the property {name}.{property.Name} can only be read");
        }

        var value = values.Get<BusVariant>(2);
        return value.Signature != property.Type
            ? throw new BusException(BusErrors.InvalidArgs, $"the property {name}.{property.Name} takes '{property.Type}' and not '{value.Signature}'")
            : new Answer(PropertiesInterface, owner.HasPlainErrors, async call =>
            {
                await set(call, value.Value);
                if (property.Change is BusChange.Told or BusChange.Invalidated)
                {
                    await new BusExport(connection, path, owner).EmitChangedAsync(property.Name);
                }

                return BusBody.Nothing;
            });
    }

    private static async Task<Dictionary<string, object>> MergeAsync(IReadOnlyList<BusInterface> interfaces)
    {
        Dictionary<string, object> merged = new(StringComparer.Ordinal);
        foreach (var each in interfaces)
        {
            foreach (var (name, value) in (Dictionary<string, object>)await each.GetAllAsync())
            {
                merged.TryAdd(name, value);
            }
        }

        return merged;
    }

    private static async Task<BusBody> ListAsync(IReadOnlyList<(string Path, IReadOnlyList<BusInterface> Interfaces)> below)
    {
        Dictionary<string, object> all = new(StringComparer.Ordinal);
        foreach (var (path, interfaces) in below)
        {
            Dictionary<string, object> described = new(StringComparer.Ordinal);
            foreach (var each in interfaces)
            {
                described.Add(each.Name, await each.GetAllAsync());
            }

            all.Add(path, described);
        }

        return new BusBody("a{oa{sa{sv}}}", [all]);
    }
}

/// <summary>What answers a call.</summary>
/// <param name="Interface">The interface that the method is of.</param>
/// <param name="HasPlainErrors">How errors are told.</param>
/// <param name="RunAsync">Makes the answer.</param>
internal sealed record Answer(string Interface, bool HasPlainErrors, Func<BusCall, Task<BusBody>> RunAsync);
