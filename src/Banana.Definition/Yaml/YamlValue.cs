// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;

namespace Banana.Definition.Yaml;

/// <summary>A value of a YAML file, with the place where it is written.</summary>
/// <param name="Position">Where it begins.</param>
internal abstract record YamlValue(SourcePosition Position)
{
    /// <summary>What the value is, for error messages ("text", "a list").</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value. What it means (text, number, yes or no) is the schema's to say: YAML's own guesses are not used.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Text">The text, without quotes.</param>
/// <param name="IsQuoted">Whether it was quoted, or a block: then it is text, even when it is empty or looks like a number.</param>
internal sealed record YamlText(SourcePosition Position, string Text, bool IsQuoted) : YamlValue(Position)
{
    /// <summary>Whether nothing was written, or one of YAML's ways to write nothing.</summary>
    public bool IsEmpty => !IsQuoted && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Kind => IsEmpty ? "empty" : "text";
}

/// <summary>A list.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Items">Its items.</param>
internal sealed record YamlList(SourcePosition Position, IReadOnlyList<YamlValue> Items) : YamlValue(Position)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping from keys, each there once, to values.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Entries">Keys and values in the order of the file.</param>
internal sealed record YamlMap(SourcePosition Position, IReadOnlyList<YamlEntry> Entries) : YamlValue(Position)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";
}

/// <summary>A key of a mapping and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
internal sealed record YamlEntry(YamlText Key, YamlValue Value);
