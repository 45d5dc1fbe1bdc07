// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;

namespace Banana.Definition.Loading;

/// <summary>Follows <c>extends</c> and <c>includes</c>.</summary>
internal static class Lineage
{
    /// <summary>An edition and those that it extends, the oldest first. The references were checked before.</summary>
    public static IReadOnlyList<EditionDefinition> Of(IReadOnlyDictionary<string, EditionDefinition> editions, string name)
    {
        List<EditionDefinition> line = [];
        for (var next = name; next is not null; next = editions[next].Extends)
        {
            line.Insert(0, editions[next]);
        }

        return line;
    }

    /// <summary>The base and suite that an edition comes to. A suite belongs to the base that it was named with: another base does not inherit it.</summary>
    public static (string? Base, string? Suite) BaseOf(IEnumerable<EditionDefinition> line)
    {
        var (name, suite) = ((string?)null, (string?)null);
        foreach (var edition in line)
        {
            suite = edition.Suite ?? (edition.Base is null || edition.Base == name ? suite : null);
            name = edition.Base ?? name;
        }

        return (name, suite);
    }

    /// <summary>Finds a way from a node back to itself.</summary>
    /// <param name="nodes">Where to begin, in order.</param>
    /// <param name="next">Where one can go from a node.</param>
    /// <returns>The way, with the first node again at its end; null when there is none.</returns>
    public static IReadOnlyList<string>? FindCycle(IEnumerable<string> nodes, Func<string, IEnumerable<string>> next)
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        List<string> path = [];
        return nodes.Select(Visit).FirstOrDefault(cycle => cycle is not null);

        IReadOnlyList<string>? Visit(string node)
        {
            if (path.IndexOf(node) is >= 0 and var start)
            {
                return [.. path[start..], node];
            }

            if (!done.Add(node))
            {
                return null;
            }

            path.Add(node);
            var cycle = next(node).Select(Visit).FirstOrDefault(found => found is not null);
            path.RemoveAt(path.Count - 1);
            return cycle;
        }
    }
}
