// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bases.Arch;
using Banana.Bases.Debian;
using Banana.Bases.Tree;
using Banana.Foundation.Errors;

namespace Banana.Bases;

/// <summary>The bases that there are. Adding one is adding a line here, a folder, and a class in the conformance suite.</summary>
public static class BasePlugins
{
    private static readonly Dictionary<string, Func<BaseContext, IBase>> Known = new(StringComparer.Ordinal)
    {
        ["arch"] = context => new ArchBase(context),
        ["debian"] = context => new DebianBase(context),
        ["tree"] = context => new TreeBase(context),
    };

    /// <summary>The names of the plug-ins.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Makes the base of a plug-in.</summary>
    /// <exception cref="BananaException">There is no such plug-in.</exception>
    public static IBase Create(string plugin, BaseContext context) => Known.TryGetValue(plugin, out var make)
        ? make(context)
        : throw new BananaException(ExitCode.BadInput, $"there is no base plug-in '{plugin}'", next: $"use one of: {string.Join(", ", Names)}");
}
