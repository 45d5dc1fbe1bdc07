// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Definition.Schemas;
using Banana.Definition.Yaml;

namespace Banana.Definition.Loading;

/// <summary>Checks that everything that one part of a definition names is there, and that nothing needs itself.</summary>
/// <param name="directory">The folder of the definition.</param>
/// <param name="bases">The bases.</param>
/// <param name="sets">The package sets.</param>
/// <param name="editions">The editions.</param>
internal sealed class ReferenceChecks(
    string directory,
    IReadOnlyDictionary<string, Written<BaseDefinition>> bases,
    IReadOnlyDictionary<string, Written<PackageSet>> sets,
    IReadOnlyDictionary<string, Written<EditionDefinition>> editions)
{
    /// <summary>Makes all checks.</summary>
    public void Run()
    {
        foreach (var (value, source) in bases.Values)
        {
            RequireFile(source, "keyring", value.Keyring);
        }

        CheckSets();
        CheckExtends();
        var plain = editions.ToDictionary(pair => pair.Key, pair => pair.Value.Value, StringComparer.Ordinal);
        foreach (var (edition, source) in editions.Values)
        {
            CheckNames(source, "sets", "package set", sets.Keys);
            CheckBase(Lineage.Of(plain, edition.Name), source);
            CheckFiles(edition, source);
        }
    }

    private static void CheckNames(Mapping source, string key, string what, IEnumerable<string> known)
    {
        if (source.Items(key).FirstOrDefault(item => !known.Contains(item.Text, StringComparer.Ordinal)) is { } unknown)
        {
            throw Refusal.Unknown(unknown.Position, what, unknown.Text, known);
        }
    }

    private static void RequireFile(Mapping source, string key, string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            throw Refusal.At(source.At(key), $"there is no file '{source.Text(key)}' in the definition", "create it, or correct the name");
        }
    }

    private void CheckSets()
    {
        foreach (var (_, source) in sets.Values)
        {
            CheckNames(source, "includes", "package set", sets.Keys);
        }

        if (Lineage.FindCycle(sets.Keys.Order(StringComparer.Ordinal), name => sets[name].Value.Includes) is { } cycle)
        {
            var position = sets[cycle[0]].Source.Items("includes").First(item => item.Text == cycle[1]).Position;
            throw Refusal.At(position, $"package sets include each other in a circle: {string.Join(" → ", cycle)}", "remove one of these 'includes'");
        }
    }

    private void CheckExtends()
    {
        foreach (var (edition, source) in editions.Values)
        {
            if (edition.Extends is { } parent && !editions.ContainsKey(parent))
            {
                throw Refusal.Unknown(source.At("extends"), "edition", parent, editions.Keys.Where(name => name != edition.Name));
            }
        }

        if (Lineage.FindCycle(editions.Keys.Order(StringComparer.Ordinal), name => editions[name].Value.Extends is { } parent ? [parent] : []) is { } cycle)
        {
            throw Refusal.At(editions[cycle[0]].Source.At("extends"), $"editions extend each other in a circle: {string.Join(" → ", cycle)}", "remove one of these 'extends'");
        }
    }

    private void CheckBase(IReadOnlyList<EditionDefinition> line, Mapping source)
    {
        if (source.Text("base") is { } named && !bases.ContainsKey(named))
        {
            throw Refusal.Unknown(source.At("base"), "base", named, bases.Keys);
        }

        var (name, suite) = Lineage.BaseOf(line);
        if (name is null || suite is null || !bases.TryGetValue(name, out var found))
        {
            return; // An edition that others extend may leave these to them; an ancestor's mistake is reported there.
        }

        if (!found.Value.Suites.ContainsKey(suite))
        {
            throw Refusal.Unknown(source.At(source.Has("suite") ? "suite" : "base"), $"suite of the base '{name}'", suite, found.Value.Suites.Keys);
        }
    }

    private void CheckFiles(EditionDefinition edition, Mapping source)
    {
        foreach (var overlay in source.Items("overlays"))
        {
            PartReaders.RequireFolder(directory, overlay.Position, overlay.Text);
        }

        PartReaders.RequireFolder(directory, source, "partitions");
        if (edition.Partitions is { } partitions && Directory.GetFiles(Path.Combine(directory, partitions), "*.conf").Length == 0)
        {
            throw Refusal.At(source.At("partitions"), $"the folder '{partitions}' has no *.conf file of repart.d(5)");
        }

        if (edition.Initrd is { } initrd)
        {
            var path = Path.Combine(directory, initrd);
            RequireFile(source, "initrd", path);
            _ = PartReaders.ReadInitrd(directory, new Mapping(DefinitionSchemas.Initrd, YamlReader.ReadFile(path)));
        }
    }
}
