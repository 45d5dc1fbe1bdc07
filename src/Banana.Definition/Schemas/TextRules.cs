// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.RegularExpressions;

namespace Banana.Definition.Schemas;

/// <summary>What texts must be like.</summary>
internal static partial class TextRules
{
    /// <summary>Names of our own things: they become parts of file names, labels and addresses.</summary>
    public static string? Name(string text) =>
        NamePattern().IsMatch(text) ? null : "must begin with a letter and have only lower-case letters, digits and '-'";

    /// <summary>Names of a base's things (packages, suites, components).</summary>
    public static string? ForeignName(string text) =>
        ForeignNamePattern().IsMatch(text) ? null : "must be a name: letters, digits and '.', '+', '-', '_', ':', '@', '/'";

    /// <summary>A path below the definition.</summary>
    public static string? PathInside(string text) =>
        text.Length > 0 && !Path.IsPathRooted(text) && !text.Split('/').Any(part => part is ".." or "")
            ? null : "must be a relative path inside the definition, without '..'";

    /// <summary>A path from the root of the tree that is made; may have wildcards.</summary>
    public static string? TreePath(string text) =>
        text.StartsWith('/') && text.Length > 1 && !text.Split('/').Skip(1).Any(part => part is ".." or "." or "")
            ? null : "must be a path from the root of the tree ('/usr/…'), without '..'";

    /// <summary>The address of a mirror.</summary>
    public static string? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file"
            ? null : "must be an address that begins with http://, https:// or file://";

    /// <summary>The address of a proxy.</summary>
    public static string? Proxy(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? null : "must be an address that begins with http:// or https://";

    /// <summary>The address of an archive: a mirror's, with the place for the date.</summary>
    public static string? Archive(string text) =>
        Address(text) ?? (text.Contains("{date}", StringComparison.Ordinal) ? null : "must have '{date}' where the snapshot's date goes");

    /// <summary>A unit of systemd.unit(5).</summary>
    public static string? Unit(string text) =>
        UnitPattern().IsMatch(text) ? null : "must be the full name of a unit, such as 'foo.service'";

    /// <summary>A target of systemd.target(5).</summary>
    public static string? Target(string text) =>
        Unit(text) is null && text.EndsWith(".target", StringComparison.Ordinal) ? null : "must be the full name of a target, such as 'multi-user.target'";

    /// <summary>One word of the kernel command line.</summary>
    public static string? Word(string text) =>
        text.Length > 0 && !text.Any(char.IsWhiteSpace) && text.All(char.IsAscii) ? null : "must be one word; write several as several items of the list";

    /// <summary>A kernel module.</summary>
    public static string? Module(string text) =>
        ModulePattern().IsMatch(text) ? null : "must be the name of a kernel module, without path and '.ko'";

    /// <summary>A compressor of mkfs.erofs(1), with its level.</summary>
    public static string? Compressor(string text) =>
        CompressorPattern().IsMatch(text) ? null : "must be a compressor of mkfs.erofs and its level: lz4; lz4hc,0 to 12; zstd,0 to 22; deflate,0 to 9; lzma,0 to 9";

    /// <summary>A language as gettext names it.</summary>
    public static string? Language(string text) =>
        LanguagePattern().IsMatch(text) ? null : "must be a language as gettext names it, such as 'de', 'pt_BR' or 'sr@latin'";

    /// <summary>A host name (hostname(7)).</summary>
    public static string? HostName(string text) =>
        HostNamePattern().IsMatch(text) ? null : "must be a host name: lower-case letters, digits and '-', at most 63";

    /// <summary>Something that a person reads in one line.</summary>
    public static string? Line(string text) =>
        text.Trim().Length > 0 && !text.Any(char.IsControl) ? null : "must be one line of text";

    /// <summary>A regular expression of .NET, in one line.</summary>
    public static string? Expression(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.None, TimeSpan.FromSeconds(1));
            return Line(text);
        }
        catch (ArgumentException)
        {
            return "must be a regular expression";
        }
    }

    /// <summary>A rule that allows only some words.</summary>
    public static TextRule OneOf(params IReadOnlyList<string> words) =>
        text => words.Contains(text, StringComparer.Ordinal) ? null : $"must be one of: {string.Join(", ", words)}";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9.+_:@/-]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ForeignNamePattern();

    [GeneratedRegex(@"^[A-Za-z0-9:_.\\@-]+\.(service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex UnitPattern();

    [GeneratedRegex("^[A-Za-z0-9_-]+$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ModulePattern();

    [GeneratedRegex("^(lz4|lz4hc,([0-9]|1[0-2])|zstd,(1?[0-9]|2[0-2])|deflate,[0-9]|lzma,[0-9])$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CompressorPattern();

    [GeneratedRegex("^[a-z]{2,3}(_[A-Z]{2})?(@[a-z]+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LanguagePattern();

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex HostNamePattern();
}
