// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Loading;
using Banana.Definition.Model;
using Banana.Definition.Schemas;
using Banana.Definition.Yaml;
using Banana.Foundation.Errors;

namespace Banana.Definition;

/// <summary>Applies inheritance and package sets to an edition: everything that a build needs to know comes out.</summary>
public static class EditionResolver
{
    /// <summary>Resolves one edition.</summary>
    /// <exception cref="BananaException"><see cref="ExitCode.BadInput"/>: the edition is not there, is not complete, or needs packages that its base has none for.</exception>
    public static Edition Resolve(OsDefinition definition, string editionName)
    {
        if (!definition.Editions.ContainsKey(editionName))
        {
            throw Refusal.Unknown(new SourcePosition(SourcePosition.Display(Path.Combine(definition.Directory, "editions"))), "edition", editionName, definition.Editions.Keys);
        }

        var line = Lineage.Of(definition.Editions, editionName);
        var leaf = line[^1];
        if (leaf.IsAbstract)
        {
            throw Refusal.At(leaf.Location!, $"the edition '{editionName}' is abstract: it is there only to be extended", $"name one of: {string.Join(", ", definition.Editions.Values.Where(edition => !edition.IsAbstract).Select(edition => edition.Name).Order(StringComparer.Ordinal))}");
        }

        var (baseName, suiteName) = Lineage.BaseOf(line);
        var chosen = definition.Bases[Required(baseName, leaf, "base")];
        var suite = suiteName is not null ? chosen.Suites[suiteName]
            : chosen.Suites.Count == 1 ? chosen.Suites.Values.First()
            : throw Refusal.At(leaf.Location!, $"the edition '{editionName}' names no suite, and its base '{chosen.Name}' has {chosen.Suites.Count}", $"add 'suite:' with one of: {string.Join(", ", chosen.Suites.Keys)}");
        return new Edition
        {
            Name = editionName,
            Title = Required(Last(line, edition => edition.Title), leaf, "title"),
            Identity = definition.Identity,
            Base = chosen,
            Suite = suite,
            Packages = PackagesOf(definition, line, chosen.Plugin),
            Programs = [.. line.SelectMany(edition => edition.Programs).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Apps = [.. line.SelectMany(edition => edition.Apps).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Languages = [.. line.SelectMany(edition => edition.Languages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Units = MergeUnits(line),
            Overlays = [.. line.SelectMany(edition => edition.Overlays).Distinct(StringComparer.Ordinal).Select(overlay => Path.Combine(definition.Directory, overlay))],
            CommandLine = [.. line.SelectMany(edition => edition.CommandLine)],
            Remove = [.. line.SelectMany(edition => edition.Remove)],
            Replace = [.. line.SelectMany(edition => edition.Replace)],
            Partitions = Path.Combine(definition.Directory, Required(Last(line, edition => edition.Partitions), leaf, "partitions")),
            Initrd = ReadInitrd(definition.Directory, Required(Last(line, edition => edition.Initrd), leaf, "initrd")),
            Image = Required(Last(line, edition => edition.Image), leaf, "image"),
            Lockfile = Path.Combine(definition.Directory, "locks", $"{editionName}.lock.json"),
        };
    }

    private static T? Last<T>(IReadOnlyList<EditionDefinition> line, Func<EditionDefinition, T?> get)
        where T : class => line.Select(get).LastOrDefault(value => value is not null);

    private static T Required<T>(T? value, EditionDefinition edition, string key)
        where T : class =>
        value ?? throw Refusal.At(edition.Location!, $"the edition '{edition.Name}' has no '{key}', nor has one that it extends", $"add '{key}:'");

    private static InitrdDefinition ReadInitrd(string directory, string file) =>
        PartReaders.ReadInitrd(directory, new Mapping(DefinitionSchemas.Initrd, YamlReader.ReadFile(Path.Combine(directory, file))));

    private static IReadOnlyList<string> PackagesOf(OsDefinition definition, IReadOnlyList<EditionDefinition> line, string plugin)
    {
        SortedSet<string> packages = new(StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        if (plugin != "tree") // A prebuilt tree has what it has.
        {
            foreach (var edition in line)
            {
                Add(edition.Sets, edition.Name);
            }
        }

        return [.. packages];

        void Add(IReadOnlyList<string> sets, string way)
        {
            foreach (var set in sets.Where(seen.Add).Select(name => definition.PackageSets[name]))
            {
                var here = $"{way} → {set.Name}";
                if (set.Packages.TryGetValue(plugin, out var names))
                {
                    packages.UnionWith(names);
                }
                else if (set.Packages.Count > 0)
                {
                    throw Refusal.At(set.Location!, $"the package set '{set.Name}' has no packages for the base plug-in '{plugin}' ({here})", $"add '{plugin}:' to its 'packages', with an empty list if {plugin} needs none");
                }

                Add(set.Includes, here);
            }
        }
    }

    /// <summary>What an edition says about a unit wins over what the ones it extends say.</summary>
    private static UnitChoices MergeUnits(IReadOnlyList<EditionDefinition> line)
    {
        var merged = new UnitChoices();
        foreach (var units in line.Select(edition => edition.Units))
        {
            merged = new UnitChoices
            {
                Enable = Merge(merged.Enable, units.Enable, [.. units.Disable, .. units.Mask]),
                Disable = Merge(merged.Disable, units.Disable, units.Enable),
                Mask = Merge(merged.Mask, units.Mask, units.Enable),
                UserEnable = Merge(merged.UserEnable, units.UserEnable, []),
                DefaultTarget = units.DefaultTarget ?? merged.DefaultTarget,
            };
        }

        return merged;
    }

    private static IReadOnlyList<string> Merge(IReadOnlyList<string> inherited, IReadOnlyList<string> added, IReadOnlyList<string> dropped) =>
        [.. inherited.Except(dropped, StringComparer.Ordinal).Union(added, StringComparer.Ordinal)];
}
