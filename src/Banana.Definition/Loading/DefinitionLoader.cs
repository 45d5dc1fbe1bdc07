// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Definition.Loading;
using Banana.Definition.Model;
using Banana.Definition.Schemas;
using Banana.Definition.Yaml;
using Banana.Foundation.Errors;

namespace Banana.Definition;

/// <summary>Reads the operating system from its folder. The schema is in <c>docs/definition.md</c>.</summary>
public static class DefinitionLoader
{
    /// <summary>Reads and checks everything under a folder.</summary>
    /// <param name="directory">The folder (<c>os/</c>).</param>
    /// <exception cref="BananaException">
    /// <see cref="ExitCode.BadInput"/>: something is wrong; the message has file, line, column and what to do.
    /// <see cref="ExitCode.NewerFormat"/>: it was written for a newer Banana.
    /// </exception>
    public static OsDefinition Load(string directory)
    {
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!Directory.Exists(directory))
        {
            throw new BananaException(ExitCode.BadInput, "there is no such folder, so there is no operating system to read", SourcePosition.Display(directory), "run banana from a checkout, or give the folder with --definition");
        }

        var top = ReadTop(Path.Combine(directory, "banana.yaml"));
        var bases = ReadFolder(directory, "bases", DefinitionSchemas.Base, (name, map) => PartReaders.ReadBase(directory, name, map));
        var sets = ReadFolder(directory, "packages", DefinitionSchemas.PackageSet, PartReaders.ReadPackageSet);
        var editions = ReadFolder(directory, "editions", DefinitionSchemas.Edition, PartReaders.ReadEdition);
        new ReferenceChecks(directory, bases, sets, editions).Run();
        return new OsDefinition(directory, PartReaders.ReadIdentity(top.Map("identity")!), Plain(bases), Plain(sets), Plain(editions));
    }

    private static Mapping ReadTop(string path)
    {
        var map = YamlReader.ReadFile(path);

        // Before anything else: a newer format may have keys that we would refuse for the wrong reason.
        if (map.Entries.FirstOrDefault(entry => entry.Key.Text == "format")?.Value is YamlText text
            && long.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var format) && format > DefinitionSchemas.CurrentFormat)
        {
            throw new BananaException(
                ExitCode.NewerFormat,
                $"the definition has format {format}, and this Banana knows formats up to {DefinitionSchemas.CurrentFormat}",
                text.Position.ToString(),
                "use a newer Banana");
        }

        return new Mapping(DefinitionSchemas.Os, map);
    }

    private static SortedDictionary<string, Written<T>> ReadFolder<T>(string directory, string folder, Schema schema, Func<string, Mapping, T> read)
    {
        SortedDictionary<string, Written<T>> parts = new(StringComparer.Ordinal);
        var path = Path.Combine(directory, folder);
        if (!Directory.Exists(path))
        {
            return parts;
        }

        foreach (var file in Directory.GetFiles(path).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name.StartsWith('.') || file.EndsWith('~'))
            {
                continue; // Editors leave these.
            }

            if (Path.GetExtension(file) != ".yaml" || TextRules.Name(name) is not null)
            {
                throw Refusal.At(new SourcePosition(SourcePosition.Display(file)), $"a file in '{folder}' must be named NAME.yaml, with only lower-case letters, digits and '-' in the name", "rename or move it");
            }

            var map = new Mapping(schema, YamlReader.ReadFile(file));
            parts.Add(name, new Written<T>(read(name, map), map));
        }

        return parts;
    }

    private static SortedDictionary<string, T> Plain<T>(IReadOnlyDictionary<string, Written<T>> parts) =>
        new(parts.ToDictionary(part => part.Key, part => part.Value.Value, StringComparer.Ordinal), StringComparer.Ordinal);
}
