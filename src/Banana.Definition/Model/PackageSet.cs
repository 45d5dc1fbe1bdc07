// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>Packages by role ("kernel", "network"), with the names that each base has for them.</summary>
public sealed record PackageSet
{
    /// <summary>The role.</summary>
    public required string Name { get; init; }

    /// <summary>What the set is for, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Other sets that this one brings along.</summary>
    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>Package names by base plug-in ("debian", "arch"). An empty list says that the base needs none for this role.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Packages { get; init; }

    /// <summary>Where its packages are written, for error messages.</summary>
    public SourcePosition? Location { get; init; }
}
