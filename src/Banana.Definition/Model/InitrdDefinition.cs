// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>What the initrd holds: only what a boot needs. Libraries and module dependencies are found, not listed.</summary>
public sealed record InitrdDefinition
{
    /// <summary>Files and globs of the tree that are copied ("/usr/lib/systemd/systemd"); shared libraries they need come along.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Like <see cref="Files"/>, but missing ones are no error (a base may not have them).</summary>
    public IReadOnlyList<string> OptionalFiles { get; init; } = [];

    /// <summary>Kernel modules by name, with what they depend on.</summary>
    public required IReadOnlyList<string> Modules { get; init; }

    /// <summary>Like <see cref="Modules"/>, but missing ones (built in, or not built at all) are no error.</summary>
    public IReadOnlyList<string> OptionalModules { get; init; } = [];

    /// <summary>A folder (absolute) whose files are laid over the initrd.</summary>
    public required string Overlay { get; init; }
}
