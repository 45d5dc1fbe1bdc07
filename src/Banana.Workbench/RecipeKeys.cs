// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using YamlDotNet.RepresentationModel;

namespace Banana.Workbenches;

/// <summary>Reads the keys of a recipe, each of one type, and refuses the ones that it does not know.</summary>
internal sealed class RecipeKeys
{
    private readonly string path;
    private readonly YamlMappingNode root;
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public RecipeKeys(YamlStream stream, string path)
    {
        this.path = path;
        root = stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode mapping
            ? mapping
            : throw Bad("a workbench is a mapping of keys", 1);
    }

    public string Text(string key) => OptionalText(key) ?? throw Bad($"the key '{key}' is missing", 1);

    public string? OptionalText(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode { Value: { Length: > 0 } value } => value,
        var node => throw Bad($"'{key}' must be a text", node.Start.Line),
    };

    public IReadOnlyList<string> List(string key)
    {
        var node = Find(key) ?? throw Bad($"the key '{key}' is missing", 1);
        return node is YamlSequenceNode list && list.All(item => item is YamlScalarNode { Value.Length: > 0 })
            ? [.. list.Select(item => ((YamlScalarNode)item).Value!)]
            : throw Bad($"'{key}' must be a list of texts", node.Start.Line);
    }

    public void RefuseOthers()
    {
        foreach (var (key, _) in root.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } || !read.Contains(name))
            {
                throw Bad($"unknown key '{key}'", key.Start.Line);
            }
        }
    }

    private YamlNode? Find(string key)
    {
        read.Add(key);
        return root.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
    }

    private BananaException Bad(string what, long line) => new(ExitCode.BadInput, what, where: $"{path}:{line}", next: "correct the file");
}
