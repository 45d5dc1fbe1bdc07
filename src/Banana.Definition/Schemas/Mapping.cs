// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using Banana.Definition.Model;
using Banana.Definition.Yaml;
using Banana.Foundation.Errors;

namespace Banana.Definition.Schemas;

/// <summary>A mapping that was checked against its schema, whole and at once; reading from it cannot fail.</summary>
internal sealed class Mapping
{
    private readonly Dictionary<string, YamlEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<Mapping>> children = new(StringComparer.Ordinal);

    /// <summary>Checks a mapping.</summary>
    /// <exception cref="BananaException">A key is unknown or missing, or a value is of the wrong kind; with file, line and column.</exception>
    public Mapping(Schema schema, YamlMap map)
    {
        Position = map.Position;
        foreach (var entry in map.Entries)
        {
            var key = schema.Keys.FirstOrDefault(key => key.Name == entry.Key.Text)
                ?? throw Refusal.Unknown(entry.Key.Position, $"key of {schema.What}", entry.Key.Text, schema.Keys.Select(key => key.Name));
            Check(key, entry.Value);
            entries.Add(key.Name, entry);
        }

        if (schema.Keys.FirstOrDefault(key => key.Required && !entries.ContainsKey(key.Name)) is { } missing)
        {
            throw Refusal.At(Position, $"{schema.What} must have the key '{missing.Name}'");
        }
    }

    /// <summary>Where the mapping begins.</summary>
    public SourcePosition Position { get; }

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => entries.ContainsKey(key);

    /// <summary>Where the value of a key is written; where the mapping begins when the key is not there.</summary>
    public SourcePosition At(string key) => entries.TryGetValue(key, out var entry) ? entry.Value.Position : Position;

    /// <summary>Where a key is written; where the mapping begins when it is not there.</summary>
    public SourcePosition AtKey(string key) => entries.TryGetValue(key, out var entry) ? entry.Key.Position : Position;

    /// <summary>A text, or null when the key is not there.</summary>
    public string? Text(string key) => (Value(key) as YamlText)?.Text;

    /// <summary>The text of a required key.</summary>
    public string RequiredText(string key) => Text(key)!;

    /// <summary>A flag, or the fallback when the key is not there.</summary>
    public bool Flag(string key, bool fallback) => Text(key) is { } text ? text == "true" : fallback;

    /// <summary>A number, or the fallback when the key is not there.</summary>
    public int Number(string key, int fallback) => Text(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>A list of text, empty when the key is not there.</summary>
    public IReadOnlyList<string> TextList(string key) => [.. Items(key).Select(item => item.Text)];

    /// <summary>A list of text with the place of each.</summary>
    public IEnumerable<YamlText> Items(string key) => ((Value(key) as YamlList)?.Items ?? []).Cast<YamlText>();

    /// <summary>Text by name, empty when the key is not there.</summary>
    public IReadOnlyDictionary<string, string> TextByName(string key) =>
        Entries(key).ToDictionary(entry => entry.Key.Text, entry => ((YamlText)entry.Value).Text, StringComparer.Ordinal);

    /// <summary>Lists of text by name, empty when the key is not there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> TextListByName(string key) =>
        Entries(key).ToDictionary(
            entry => entry.Key.Text,
            IReadOnlyList<string> (entry) => [.. ((YamlList)entry.Value).Items.Cast<YamlText>().Select(item => item.Text)],
            StringComparer.Ordinal);

    /// <summary>A mapping, or null when the key is not there.</summary>
    public Mapping? Map(string key) => children.TryGetValue(key, out var maps) ? maps[0] : null;

    /// <summary>A list of mappings, empty when the key is not there.</summary>
    public IReadOnlyList<Mapping> MapList(string key) => children.TryGetValue(key, out var maps) ? maps : [];

    /// <summary>Mappings by name, empty when the key is not there.</summary>
    public IEnumerable<(string Name, Mapping Map)> MapByName(string key) => Entries(key).Select(entry => entry.Key.Text).Zip(MapList(key));

    private YamlValue? Value(string key) => entries.TryGetValue(key, out var entry) ? entry.Value : null;

    private IReadOnlyList<YamlEntry> Entries(string key) => (Value(key) as YamlMap)?.Entries ?? [];

    private void Check(Key key, YamlValue value)
    {
        switch (key.Kind)
        {
            case ValueKind.Text:
                CheckText(key, value);
                break;
            case ValueKind.Flag:
                _ = value is YamlText { IsQuoted: false, Text: "true" or "false" } ? true : throw Wrong(key, value, "true or false");
                break;
            case ValueKind.Number:
                CheckNumber(key, value);
                break;
            case ValueKind.TextList:
                CheckTextList(key, value);
                break;
            case ValueKind.TextByName:
                NamedIn(key, value, "a mapping from names to text").ForEach(entry => CheckText(key, entry.Value));
                break;
            case ValueKind.TextListByName:
                NamedIn(key, value, "a mapping from names to lists").ForEach(entry => CheckTextList(key, entry.Value));
                break;
            case ValueKind.Map:
                children[key.Name] = [Child(key, value)];
                break;
            case ValueKind.MapList:
                children[key.Name] = value is YamlList list ? [.. list.Items.Select(item => Child(key, item))] : throw Wrong(key, value, "a list of mappings");
                break;
            case ValueKind.MapByName:
                children[key.Name] = [.. NamedIn(key, value, "a mapping from names to mappings").Select(entry => Child(key, entry.Value))];
                break;
            default:
                throw new InvalidOperationException($"no check for {key.Kind}");
        }
    }

    private static BananaException Wrong(Key key, YamlValue value, string wanted) =>
        Refusal.At(value.Position, value is YamlText { IsEmpty: true } ? $"'{key.Name}' has no value; it must be {wanted}"
            : value is YamlText text ? $"'{key.Name}' must be {wanted}, not '{text.Text}'"
            : $"'{key.Name}' must be {wanted}, not {value.Kind}");

    private static void CheckText(Key key, YamlValue value)
    {
        if (value is not YamlText text || text.IsEmpty)
        {
            throw Wrong(key, value, "text");
        }

        if (key.Rule?.Invoke(text.Text) is { } problem)
        {
            throw Refusal.At(value.Position, $"'{key.Name}' {problem}, not '{text.Text.ReplaceLineEndings("\\n")}'");
        }
    }

    private static void CheckNumber(Key key, YamlValue value)
    {
        var wanted = $"a whole number from {key.Minimum} to {key.Maximum}";
        if (value is not YamlText { IsQuoted: false } text || !int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < key.Minimum || number > key.Maximum)
        {
            throw Wrong(key, value, wanted);
        }
    }

    private static void CheckTextList(Key key, YamlValue value)
    {
        if (value is not YamlList list)
        {
            throw Wrong(key, value, "a list");
        }

        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            CheckText(key, item);
            if (!seen.TryAdd(((YamlText)item).Text, item.Position.Line))
            {
                var text = ((YamlText)item).Text;
                throw Refusal.At(item.Position, $"'{text}' is in the list '{key.Name}' twice, first in line {seen[text]}", "remove one of the two");
            }
        }
    }

    private static List<YamlEntry> NamedIn(Key key, YamlValue value, string wanted)
    {
        if (value is not YamlMap map)
        {
            throw Wrong(key, value, wanted);
        }

        foreach (var (name, _) in map.Entries)
        {
            if ((key.Names ?? TextRules.Name)(name.Text) is { } problem)
            {
                throw Refusal.At(name.Position, $"a name in '{key.Name}' {problem}, not '{name.Text}'");
            }
        }

        return [.. map.Entries];
    }

    private static Mapping Child(Key key, YamlValue value) => value is YamlMap map ? new Mapping(key.Of!, map) : throw Wrong(key, value, "a mapping");
}
