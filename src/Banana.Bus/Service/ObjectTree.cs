// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus.Service;

/// <summary>The objects that are there now, by path. Lives on the thread of the connection.</summary>
internal sealed class ObjectTree
{
    private readonly Dictionary<string, Dictionary<string, BusInterface>> objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> managers = new(StringComparer.Ordinal);

    public bool Add(string path, BusInterface @interface)
    {
        if (!objects.TryGetValue(path, out var interfaces))
        {
            objects.Add(path, interfaces = new Dictionary<string, BusInterface>(StringComparer.Ordinal));
        }

        return interfaces.TryAdd(@interface.Name, @interface) ? true : throw new InvalidOperationException($"{path} has {@interface.Name} already");
    }

    public void Remove(string path, BusInterface @interface)
    {
        if (objects.TryGetValue(path, out var interfaces) && interfaces.GetValueOrDefault(@interface.Name) == @interface)
        {
            interfaces.Remove(@interface.Name);
            if (interfaces.Count == 0)
            {
                objects.Remove(path);
            }
        }
    }

    public bool AddManager(string path) => managers.Add(path);

    public bool IsManager(string path) => managers.Contains(path);

    /// <summary>The nearest object above a path that lists what is below it; null for none.</summary>
    public string? ManagerOf(string path) => managers.Where(manager => IsBelow(path, manager)).MaxBy(manager => manager.Length);

    /// <summary>The interfaces of an object; null where there is none.</summary>
    public IReadOnlyDictionary<string, BusInterface>? Find(string path) => objects.GetValueOrDefault(path);

    /// <summary>All objects below a path.</summary>
    public IReadOnlyList<(string Path, IReadOnlyList<BusInterface> Interfaces)> Below(string path) =>
        [.. objects.Where(pair => IsBelow(pair.Key, path)).Select(pair => (pair.Key, (IReadOnlyList<BusInterface>)[.. pair.Value.Values]))];

    /// <summary>The names of what is directly below a path.</summary>
    public IReadOnlyList<string> Children(string path) =>
        [.. objects.Keys.Concat(managers).Where(other => IsBelow(other, path)).Select(other => other[Prefix(path).Length..].Split('/')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static bool IsBelow(string path, string above) => path.Length > above.Length && path.StartsWith(Prefix(above), StringComparison.Ordinal);

    private static string Prefix(string path) => path == "/" ? path : path + "/";
}
