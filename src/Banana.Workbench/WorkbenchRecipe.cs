// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Banana.Workbenches;

/// <summary>What a workbench is made of: <c>os/workbench/NAME.yaml</c>, and NAME.lock.json beside it.</summary>
public sealed record WorkbenchRecipe
{
    /// <summary>The name ("tools").</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required string Summary { get; init; }

    /// <summary>Where its packages come from.</summary>
    public required BaseDefinition Base { get; init; }

    /// <summary>The suite.</summary>
    public required SuiteDefinition Suite { get; init; }

    /// <summary>The packages asked for, sorted.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>The lockfile (absolute path).</summary>
    public required string Lockfile { get; init; }

    /// <summary>The names of the recipes in a folder.</summary>
    public static IReadOnlyList<string> Names(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a recipe.</summary>
    /// <param name="folder">The folder of the recipes (os/workbench).</param>
    /// <param name="name">The name.</param>
    /// <param name="mirror">Another mirror than the recipe's; null for that.</param>
    /// <exception cref="BananaException">There is none, or it is malformed (<see cref="ExitCode.BadInput"/>, with file and line).</exception>
    public static WorkbenchRecipe Load(string folder, string name, string? mirror = null)
    {
        var path = Path.Combine(Path.GetFullPath(folder), name + ".yaml");
        if (!Names(folder).Contains(name, StringComparer.Ordinal))
        {
            throw new BananaException(ExitCode.BadInput, $"there is no workbench '{name}'", where: path, next: $"use one of: {string.Join(", ", Names(folder))}");
        }

        var recipe = Parse(File.ReadAllText(path), path);
        return mirror is null ? recipe : recipe with { Base = recipe.Base with { Mirror = mirror } };
    }

    /// <summary>Reads the text of a recipe.</summary>
    public static WorkbenchRecipe Parse(string yaml, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException error)
        {
            throw new BananaException(ExitCode.BadInput, $"not valid YAML: {error.Message}", where: $"{path}:{error.Start.Line}", next: "correct the file", inner: error);
        }

        var keys = new RecipeKeys(stream, path);
        var suite = new SuiteDefinition { Name = keys.Text("suite"), Components = keys.List("components") };
        var recipe = new WorkbenchRecipe
        {
            Name = Path.GetFileNameWithoutExtension(path),
            Summary = keys.Text("summary"),
            Base = new BaseDefinition
            {
                Name = "workbench",
                Plugin = keys.Text("plugin"),
                Architecture = keys.Text("architecture"),
                Mirror = keys.Text("mirror"),
                Archive = keys.OptionalText("archive"),
                Keyring = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, keys.Text("keyring"))),
                CheckValidUntil = keys.OptionalText("checkValidUntil") != "false",
                Suites = new Dictionary<string, SuiteDefinition>(StringComparer.Ordinal) { [suite.Name] = suite },
            },
            Suite = suite,
            Packages = [.. keys.List("packages").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Lockfile = Path.ChangeExtension(path, ".lock.json"),
        };
        keys.RefuseOthers();
        return recipe;
    }
}
