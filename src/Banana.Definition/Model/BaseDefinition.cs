// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>A source of packages, as a plug-in is told about it.</summary>
public sealed record BaseDefinition
{
    /// <summary>The name of the base in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The plug-in that reads it: "debian", "arch" or "tree".</summary>
    public required string Plugin { get; init; }

    /// <summary>The architecture, by systemd's name ("x86-64").</summary>
    public required string Architecture { get; init; }

    /// <summary>The address of the mirror (http, https or file), without the suite. For the tree plug-in: unused.</summary>
    public string? Mirror { get; init; }

    /// <summary>
    /// An address that keeps every version there ever was, asked when the mirror no longer has a locked file.
    /// "{date}" in it stands for the locked snapshot (yyyyMMddTHHmmssZ).
    /// </summary>
    public string? Archive { get; init; }

    /// <summary>The suites (Debian), or the repositories (Arch), by name.</summary>
    public required IReadOnlyDictionary<string, SuiteDefinition> Suites { get; init; }

    /// <summary>The file with the public keys that the mirror's indexes are verified by (absolute path).</summary>
    public string? Keyring { get; init; }

    /// <summary>Whether an index past its Valid-Until is refused. Off for a frozen mirror; signatures are verified all the same.</summary>
    public bool CheckValidUntil { get; init; } = true;

    /// <summary>Names that the solver takes as given, so that nothing is pulled in for them (Debian: "linux-initramfs-tool", because we make our own initrd).</summary>
    public IReadOnlyList<string> AssumeProvided { get; init; } = [];

    /// <summary>Tree plug-in: the directory or tarball (absolute path) that is the tree.</summary>
    public string? Source { get; init; }

    /// <summary>Where it is written, for error messages.</summary>
    public SourcePosition? Location { get; init; }
}

/// <summary>A suite of a Debian mirror, or a set of repositories of an Arch mirror.</summary>
public sealed record SuiteDefinition
{
    /// <summary>The name in the definition ("forky").</summary>
    public required string Name { get; init; }

    /// <summary>Debian: the components ("main"). Arch: the repositories ("core", "extra").</summary>
    public required IReadOnlyList<string> Components { get; init; }
}
