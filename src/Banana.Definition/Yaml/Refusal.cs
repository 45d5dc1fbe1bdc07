// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;

namespace Banana.Definition.Yaml;

/// <summary>Makes the errors that refuse a definition.</summary>
internal static class Refusal
{
    /// <summary>An error at a place of a file.</summary>
    public static BananaException At(SourcePosition position, string what, string? next = null, Exception? inner = null) =>
        new(ExitCode.BadInput, what, position.ToString(), next, inner);

    /// <summary>An error about a name that is not known, with the nearest known name, or all when they are few.</summary>
    /// <param name="position">Where the name is written.</param>
    /// <param name="what">What it should have been the name of ("key", "edition").</param>
    /// <param name="name">The name as written.</param>
    /// <param name="known">The names that would have been right.</param>
    public static BananaException Unknown(SourcePosition position, string what, string name, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        var next = Nearest.To(name, names) is { } nearest ? $"did you mean '{nearest}'?"
            : names.Count == 0 ? $"there is no {what} yet"
            : $"known: {string.Join(", ", names)}";
        return At(position, $"unknown {what} '{name}'", next);
    }
}
