// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases.Debian;

/// <summary>Reads relations between packages (Debian policy 7.1). Versions are left out: the solver has already seen to them.</summary>
internal static class Dependency
{
    /// <summary>The names of a relation field: a list of alternatives for each relation.</summary>
    /// <param name="field">"debconf (>= 0.5) | debconf-2.0, libc6:any"; null is empty.</param>
    public static IEnumerable<IReadOnlyList<string>> Parse(string? field)
    {
        foreach (var relation in (field ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            yield return [.. relation.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(NameOf)];
        }
    }

    /// <summary>Everything that some packages need, themselves included, within a set of packages.</summary>
    /// <param name="roots">The names to start from.</param>
    /// <param name="universe">The packages that there are, by name.</param>
    public static HashSet<string> Closure(IEnumerable<string> roots, IReadOnlyDictionary<string, ControlStanza> universe)
    {
        var providers = Providers(universe);
        var closure = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(roots.Where(universe.ContainsKey));
        while (open.TryDequeue(out var name))
        {
            if (!closure.Add(name))
            {
                continue;
            }

            var stanza = universe[name];
            foreach (var alternatives in Parse(stanza["Pre-Depends"]).Concat(Parse(stanza["Depends"])))
            {
                if (Choose(alternatives, universe, providers) is { } chosen)
                {
                    open.Enqueue(chosen);
                }
            }
        }

        return closure;
    }

    /// <summary>The packages that satisfy a relation field.</summary>
    public static IEnumerable<string> Satisfiers(string? field, IReadOnlyDictionary<string, ControlStanza> universe)
    {
        var providers = Providers(universe);
        return Parse(field).Select(alternatives => Choose(alternatives, universe, providers)).OfType<string>();
    }

    /// <summary>Which package satisfies a relation: the first alternative that is there, by its name or by a package that provides it.</summary>
    private static string? Choose(IReadOnlyList<string> alternatives, IReadOnlyDictionary<string, ControlStanza> universe, Dictionary<string, string> providers)
    {
        foreach (var name in alternatives)
        {
            if (universe.ContainsKey(name))
            {
                return name;
            }

            if (providers.TryGetValue(name, out var provider))
            {
                return provider;
            }
        }

        return null;
    }

    private static Dictionary<string, string> Providers(IReadOnlyDictionary<string, ControlStanza> universe)
    {
        var providers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, stanza) in universe.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var provided in Parse(stanza["Provides"]))
            {
                providers.TryAdd(provided[0], name);
            }
        }

        return providers;
    }

    private static string NameOf(string relation)
    {
        var end = relation.AsSpan().IndexOfAny(" (:[<");
        return end < 0 ? relation : relation[..end];
    }
}
