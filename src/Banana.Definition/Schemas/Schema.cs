// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Schemas;

/// <summary>The kinds of values that a key can have.</summary>
internal enum ValueKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A list of text.</summary>
    TextList,

    /// <summary>A mapping from names to text.</summary>
    TextByName,

    /// <summary>A mapping from names to lists of text.</summary>
    TextListByName,

    /// <summary>A mapping with keys of its own.</summary>
    Map,

    /// <summary>A list of mappings with keys of their own.</summary>
    MapList,

    /// <summary>A mapping from names to mappings with keys of their own.</summary>
    MapByName,
}

/// <summary>Checks a text (or each text of a list, or of a mapping's values).</summary>
/// <returns>What is wrong with it, as the end of "'KEY': …"; null when it is good.</returns>
internal delegate string? TextRule(string text);

/// <summary>A key that a mapping may have.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Of">The keys of its mapping or mappings.</param>
/// <param name="Rule">What its text must be like.</param>
/// <param name="Names">What the names must be like, for the kinds "by name".</param>
/// <param name="Minimum">The smallest number.</param>
/// <param name="Maximum">The largest number.</param>
internal sealed record Key(string Name, ValueKind Kind, bool Required = false, Schema? Of = null, TextRule? Rule = null, TextRule? Names = null, int Minimum = 0, int Maximum = int.MaxValue);

/// <summary>The keys that a mapping may have.</summary>
/// <param name="What">What the mapping describes, with its article ("an edition").</param>
/// <param name="Keys">Its keys.</param>
internal sealed record Schema(string What, params IReadOnlyList<Key> Keys);
