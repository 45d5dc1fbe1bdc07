// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Errors;

namespace Banana.Daemon.FirstBoot;

/// <summary>A layout of the keyboard.</summary>
/// <param name="Id">Its name in XKB ("de").</param>
/// <param name="Name">Its name in English ("German").</param>
internal sealed record KeyboardLayout(string Id, string Name);

/// <summary>The layouts that this system knows (xkeyboard-config(7), <c>rules/evdev.lst</c>).</summary>
internal static class KeyboardLayouts
{
    private const string Section = "! layout";

    /// <summary>Where the list is.</summary>
    public const string FileName = "usr/share/X11/xkb/rules/evdev.lst";

    /// <summary>Reads the list.</summary>
    /// <param name="root">The root of the file system.</param>
    /// <exception cref="BananaException">There is none.</exception>
    public static IReadOnlyList<KeyboardLayout> Read(string root)
    {
        var file = Path.Combine(root, FileName);
        return File.Exists(file) ? Parse(File.ReadLines(file)) : throw new BananaException(ExitCode.BadInput, "there is no list of keyboards", file, "this image is not whole: report it");
    }

    /// <summary>Reads the layouts out of the lines of the list, by their names.</summary>
    public static IReadOnlyList<KeyboardLayout> Parse(IEnumerable<string> lines) =>
    [
        .. lines.SkipWhile(line => line.Trim() != Section).Skip(1).TakeWhile(line => !line.StartsWith('!'))
            .Select(line => line.Trim().Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length == 2 && words[0] != "custom")
            .Select(words => new KeyboardLayout(words[0], words[1]))
            .OrderBy(layout => layout.Name, StringComparer.Ordinal),
    ];
}
