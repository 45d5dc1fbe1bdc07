// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>One complete type of a signature: a basic type, a variant, an array, a dictionary entry (only in an array) or a struct.</summary>
public sealed class BusType
{
    internal BusType(string text, IReadOnlyList<BusType> inner)
    {
        Text = text;
        Inner = inner;
    }

    /// <summary>The type as it is written, such as <c>a{sv}</c>.</summary>
    public string Text { get; }

    /// <summary>Its first character: one of <c>ybnqiuxtdsoghva({</c>.</summary>
    public char Code => Text[0];

    /// <summary>The element of an array, the key and value of a dictionary entry, the fields of a struct; empty otherwise.</summary>
    public IReadOnlyList<BusType> Inner { get; }

    /// <summary>Whether it is an array of dictionary entries.</summary>
    public bool IsDictionary => Code == 'a' && Inner[0].Code == '{';

    /// <summary>What stands between the brackets of a struct or dictionary entry, or behind the <c>a</c> of an array.</summary>
    internal string Contents => Code switch
    {
        'a' => Text[1..],
        '(' or '{' => Text[1..^1],
        _ => string.Empty,
    };

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A signature: the types of the values of a message (D-Bus specification, "Type system"). At most 255 characters, 32 arrays and 32 structs deep.</summary>
public sealed class BusSignature
{
    private const int Longest = 255;
    private const int Deepest = 32;
    private const string Basic = "ybnqiuxtdsogh";

    private BusSignature(string text, IReadOnlyList<BusType> types)
    {
        Text = text;
        Types = types;
    }

    /// <summary>The signature of no values.</summary>
    public static BusSignature Empty { get; } = new(string.Empty, []);

    /// <summary>The signature as it is written.</summary>
    public string Text { get; }

    /// <summary>Its complete types, one for each value.</summary>
    public IReadOnlyList<BusType> Types { get; }

    /// <summary>Reads a signature.</summary>
    /// <exception cref="BusException"><c>InvalidSignature</c>: the text is none; it says where.</exception>
    public static BusSignature Parse(string text)
    {
        if (text.Length == 0)
        {
            return Empty;
        }

        if (text.Length > Longest)
        {
            throw new BusException(BusErrors.InvalidSignature, $"a signature of {text.Length} characters is longer than the {Longest} that D-Bus has");
        }

        List<BusType> types = [];
        for (var position = 0; position < text.Length;)
        {
            types.Add(Next(text, ref position, 0, 0));
        }

        return new BusSignature(text, types);
    }

    /// <summary>Reads a signature of exactly one type, as a variant and a property have it.</summary>
    /// <exception cref="BusException"><c>InvalidSignature</c>: the text is none.</exception>
    public static BusType ParseOne(string text)
    {
        var types = Parse(text).Types;
        return types.Count == 1 ? types[0] : throw new BusException(BusErrors.InvalidSignature, $"the signature '{text}' has {types.Count} types and not one");
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static BusType Next(string text, ref int position, int arrays, int structs)
    {
        var start = position;
        if (position >= text.Length)
        {
            throw Wrong(text, "it ends too early");
        }

        var code = text[position++];
        switch (code)
        {
            case 'v' or 'y' or 'b' or 'n' or 'q' or 'i' or 'u' or 'x' or 't' or 'd' or 's' or 'o' or 'g' or 'h':
                return new BusType(text[start..position], []);
            case 'a' when arrays < Deepest:
                var element = position < text.Length && text[position] == '{' ? Entry(text, ref position, arrays + 1, structs) : Next(text, ref position, arrays + 1, structs);
                return new BusType(text[start..position], [element]);
            case '(' when structs < Deepest:
                List<BusType> fields = [];
                while (position < text.Length && text[position] != ')')
                {
                    fields.Add(Next(text, ref position, arrays, structs + 1));
                }

                Close(text, ref position, ')');
                return fields.Count == 0 ? throw Wrong(text, "a struct has no fields") : new BusType(text[start..position], fields);
            case 'a' or '(':
                throw Wrong(text, $"it is more than {Deepest} arrays or structs deep");
            case '{':
                throw Wrong(text, "a dictionary entry stands outside of an array");
            default:
                throw Wrong(text, $"there is no type at character {start + 1}");
        }
    }

    private static BusType Entry(string text, ref int position, int arrays, int structs)
    {
        var start = position++;
        if (structs >= Deepest)
        {
            throw Wrong(text, $"it is more than {Deepest} arrays or structs deep");
        }

        var key = Next(text, ref position, arrays, structs + 1);
        if (!Basic.Contains(key.Code))
        {
            throw Wrong(text, $"the key {key.Text} is no basic type");
        }

        var value = Next(text, ref position, arrays, structs + 1);
        Close(text, ref position, '}');
        return new BusType(text[start..position], [key, value]);
    }

    private static void Close(string text, ref int position, char bracket)
    {
        if (position >= text.Length || text[position++] != bracket)
        {
            throw Wrong(text, $"a '{bracket}' is missing");
        }
    }

    private static BusException Wrong(string text, string why) => new(BusErrors.InvalidSignature, $"'{text}' is no signature: {why}");
}
