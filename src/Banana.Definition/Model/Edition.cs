// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>An edition with its inheritance and package sets applied: everything that a build needs to know.</summary>
public sealed record Edition
{
    /// <summary>The name ("core").</summary>
    public required string Name { get; init; }

    /// <summary>The name that people see ("Core").</summary>
    public required string Title { get; init; }

    /// <summary>Who the system says it is.</summary>
    public required Identity Identity { get; init; }

    /// <summary>The base that it is made from.</summary>
    public required BaseDefinition Base { get; init; }

    /// <summary>The suite of the base.</summary>
    public required SuiteDefinition Suite { get; init; }

    /// <summary>The packages asked for, by the base's names, sorted, each once.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Our own programs that it has, by name, sorted.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>Our own pages and apps that it has, by name, sorted.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>The languages whose translations it has beside English, as gettext names them, sorted.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Units to enable, disable and mask.</summary>
    public required UnitChoices Units { get; init; }

    /// <summary>Folders (absolute) whose files are laid over the tree, in order.</summary>
    public required IReadOnlyList<string> Overlays { get; init; }

    /// <summary>Words of the kernel command line.</summary>
    public required IReadOnlyList<string> CommandLine { get; init; }

    /// <summary>What is removed from the tree.</summary>
    public required IReadOnlyList<RemoveRule> Remove { get; init; }

    /// <summary>Texts of the tree that are written anew.</summary>
    public IReadOnlyList<ReplaceRule> Replace { get; init; } = [];

    /// <summary>The folder (absolute) with the repart.d(5) files of the disk image.</summary>
    public required string Partitions { get; init; }

    /// <summary>What the initrd holds.</summary>
    public required InitrdDefinition Initrd { get; init; }

    /// <summary>How the image of /usr is packed.</summary>
    public required ImageParameters Image { get; init; }

    /// <summary>The lockfile of this edition (absolute path; it may not exist yet): os/locks/NAME.lock.json.</summary>
    public required string Lockfile { get; init; }
}
