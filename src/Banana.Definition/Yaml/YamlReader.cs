// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;
using Banana.Definition.Model;
using Banana.Foundation.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Banana.Definition.Yaml;

/// <summary>
/// Reads a YAML file (YAML 1.2) into values that know where they are written. Built on the parser's events, without reflection.
/// Of YAML's features we take mappings, lists and scalars; anchors, aliases, tags and more than one document are refused,
/// because a definition should be readable from top to bottom.
/// </summary>
internal sealed class YamlReader
{
    private const int MaximumDepth = 32;
    private const long MaximumSize = 1 << 20;
    private static readonly Encoding StrictUtf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly string file;
    private readonly Parser parser;

    private YamlReader(string file, string text)
    {
        this.file = file;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a file whose top is a mapping.</summary>
    /// <exception cref="BananaException">The file is missing, too large (over 1 MiB), not UTF-8, or not YAML of the kind above; with file, line and column.</exception>
    public static YamlMap ReadFile(string path)
    {
        var name = SourcePosition.Display(path);
        var text = ReadText(path, name);
        try
        {
            var reader = new YamlReader(name, text);
            return reader.ReadDocument() as YamlMap ?? throw Refusal.At(new SourcePosition(name, 1, 1), "the file must be a mapping ('key: value' lines)");
        }
        catch (YamlException error)
        {
            throw Refusal.At(PositionOf(name, error.Start), $"this is not valid YAML: {WithoutMarks(error.Message)}", inner: error);
        }
    }

    private static string ReadText(string path, string name)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw Refusal.At(new SourcePosition(name), "the file does not exist");
        }

        if (info.Length > MaximumSize)
        {
            throw Refusal.At(new SourcePosition(name), "the file is larger than 1 MiB, which no definition needs");
        }

        try
        {
            return File.ReadAllText(path, StrictUtf8);
        }
        catch (DecoderFallbackException error)
        {
            throw Refusal.At(new SourcePosition(name), "the file is not UTF-8 text", inner: error);
        }
    }

    private static SourcePosition PositionOf(string file, Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    /// <summary>The library's messages may begin with "(Line: 1, Col: 2, Idx: 3) - (Line: …): ", which the position tells better.</summary>
    private static string WithoutMarks(string message)
    {
        var end = message.LastIndexOf("): ", StringComparison.Ordinal);
        var text = message.StartsWith("(Line", StringComparison.Ordinal) && end >= 0 ? message[(end + 3)..] : message;
        return text.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }

    private YamlValue ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out var end))
        {
            throw Refusal.At(PositionOf(file, end.Start), "the file is empty");
        }

        parser.Consume<DocumentStart>();
        var value = ReadValue(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
        {
            throw Refusal.At(PositionOf(file, second.Start), "a second document begins here; a file holds one");
        }

        return value;
    }

    private YamlValue ReadValue(int depth)
    {
        var position = PositionOf(file, parser.Current!.Start);
        if (depth > MaximumDepth)
        {
            throw Refusal.At(position, $"values are nested more than {MaximumDepth} deep");
        }

        if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
        {
            throw Refusal.At(position, "anchors and aliases are not used in definitions", "write the value out where it is needed");
        }

        if (parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
        {
            throw Refusal.At(position, "tags ('!…') are not used in definitions", "remove it, or quote the text if it begins with '!'");
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return new YamlText(position, scalar.Value, scalar.Style != ScalarStyle.Plain);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            List<YamlValue> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadValue(depth + 1));
            }

            return new YamlList(position, items);
        }

        parser.Consume<MappingStart>();
        return ReadMap(position, depth);
    }

    private YamlMap ReadMap(SourcePosition position, int depth)
    {
        List<YamlEntry> entries = [];
        Dictionary<string, SourcePosition> seen = new(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadValue(depth + 1) is not YamlText key)
            {
                throw Refusal.At(position, "a key of a mapping must be text");
            }

            if (!seen.TryAdd(key.Text, key.Position))
            {
                throw Refusal.At(key.Position, $"the key '{key.Text}' is there twice, first in line {seen[key.Text].Line}", "remove one of the two");
            }

            entries.Add(new YamlEntry(key, ReadValue(depth + 1)));
        }

        return new YamlMap(position, entries);
    }
}
