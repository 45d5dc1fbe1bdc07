// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Bases.Debian;

/// <summary>
/// The names that a definition takes as given, as an installed package without files:
/// apt's solver and dpkg then find every dependency on them satisfied, and neither ever installs it.
/// </summary>
internal static class AssumedPackage
{
    /// <summary>Its name.</summary>
    public const string Name = "banana-assumed";

    /// <summary>Its paragraph in a status file; empty when nothing is assumed.</summary>
    public static string Paragraph(IReadOnlyList<string> names) => names.Count == 0
        ? string.Empty
        : $"""
        Package: {Name}
        Status: install ok installed
        Maintainer: Banana contributors
        Architecture: all
        Multi-Arch: foreign
        Version: 1
        Provides: {string.Join(", ", names.Order(StringComparer.Ordinal))}
        Description: what the definition takes as given


        """;
}
