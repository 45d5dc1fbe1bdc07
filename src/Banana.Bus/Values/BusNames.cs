// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bus;

/// <summary>The grammar of names on the bus (D-Bus specification, "Valid Names" and "Valid Object Paths").</summary>
public static class BusNames
{
    private const int Longest = 255;

    /// <summary>Whether a text is an object path: <c>/</c>, or elements of letters, digits and underscores.</summary>
    public static bool IsPath(string text) =>
        text is "/" || (text.StartsWith('/') && text[1..].Split('/').All(element => element.Length > 0 && element.All(IsWord)));

    /// <summary>Whether a text is the name of an interface or of an error: two or more elements, none of which starts with a digit.</summary>
    public static bool IsInterface(string text) =>
        text.Length <= Longest && text.Split('.') is { Length: > 1 } elements && elements.All(IsMemberElement);

    /// <summary>Whether a text is the name of a method, signal or property.</summary>
    public static bool IsMember(string text) => text.Length <= Longest && IsMemberElement(text);

    /// <summary>Whether a text is a name that a connection may ask for.</summary>
    public static bool IsWellKnown(string text) =>
        text.Length <= Longest && text.Split('.') is { Length: > 1 } elements && elements.All(element => element.Length > 0 && !char.IsAsciiDigit(element[0]) && element.All(IsNameCharacter));

    /// <summary>Whether a text is the name that the bus gave to a connection.</summary>
    public static bool IsUnique(string text) =>
        text.Length <= Longest && text.StartsWith(':') && text[1..].Split('.') is { Length: > 1 } elements && elements.All(element => element.Length > 0 && element.All(IsNameCharacter));

    /// <summary>Makes one element of an object path out of any text: what is not a letter or digit becomes <c>_xx</c>, as sd_bus_path_encode(3) does it.</summary>
    public static string Escape(string text)
    {
        if (text.Length == 0)
        {
            return "_";
        }

        System.Text.StringBuilder element = new();
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(text))
        {
            var letter = char.IsAsciiLetter((char)value) || (char.IsAsciiDigit((char)value) && element.Length > 0);
            element = letter ? element.Append((char)value) : element.Append('_').Append(value.ToString("x2"));
        }

        return element.ToString();
    }

    /// <summary>Throws where a text is not what it is taken for.</summary>
    internal static string Require(string text, Func<string, bool> isValid, string what) =>
        isValid(text) ? text : throw new BusException(BusErrors.InvalidArgs, $"'{text}' is not {what}");

    private static bool IsMemberElement(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(IsWord);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static bool IsNameCharacter(char c) => IsWord(c) || c == '-';
}
