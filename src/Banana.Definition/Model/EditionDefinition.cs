// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>An edition as it is written; see <see cref="Edition"/> for what it comes to.</summary>
public sealed record EditionDefinition
{
    /// <summary>The name ("core").</summary>
    public required string Name { get; init; }

    /// <summary>The edition that this one extends, if any. Lists are appended to the parent's, single values replace them.</summary>
    public string? Extends { get; init; }

    /// <summary>Whether it is there only to be extended: it is not locked or built itself.</summary>
    public bool IsAbstract { get; init; }

    /// <summary>The name that people see ("Core").</summary>
    public string? Title { get; init; }

    /// <summary>The base that it is made from.</summary>
    public string? Base { get; init; }

    /// <summary>The suite of the base.</summary>
    public string? Suite { get; init; }

    /// <summary>The package sets.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Our own programs.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Our own pages and apps.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>The languages whose translations it has beside English.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Units to enable, disable and mask, and the default target.</summary>
    public UnitChoices Units { get; init; } = new();

    /// <summary>Folders (relative to the definition) whose files are laid over the tree, in order.</summary>
    public IReadOnlyList<string> Overlays { get; init; } = [];

    /// <summary>Words of the kernel command line.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>What is removed from the tree.</summary>
    public IReadOnlyList<RemoveRule> Remove { get; init; } = [];

    /// <summary>Texts of the tree that are written anew.</summary>
    public IReadOnlyList<ReplaceRule> Replace { get; init; } = [];

    /// <summary>The folder (relative) with the repart.d(5) files of the disk image.</summary>
    public string? Partitions { get; init; }

    /// <summary>The file (relative) that says what the initrd holds.</summary>
    public string? Initrd { get; init; }

    /// <summary>How the image of /usr is packed.</summary>
    public ImageParameters? Image { get; init; }

    /// <summary>Where it is written, for error messages.</summary>
    public SourcePosition? Location { get; init; }
}

/// <summary>Units to enable, disable and mask.</summary>
public sealed record UnitChoices
{
    /// <summary>Units that are enabled.</summary>
    public IReadOnlyList<string> Enable { get; init; } = [];

    /// <summary>Units that are disabled although a preset would enable them.</summary>
    public IReadOnlyList<string> Disable { get; init; } = [];

    /// <summary>Units that cannot be started.</summary>
    public IReadOnlyList<string> Mask { get; init; } = [];

    /// <summary>Units of the users' own service managers that are enabled.</summary>
    public IReadOnlyList<string> UserEnable { get; init; } = [];

    /// <summary>The default target; the parent's when null.</summary>
    public string? DefaultTarget { get; init; }
}

/// <summary>Files that are removed from the tree.</summary>
/// <param name="Pattern">A glob from the root of the tree, beginning with "/": <c>*</c> within a name, <c>**</c> across folders.</param>
/// <param name="Reason">Why nobody needs them.</param>
public sealed record RemoveRule(string Pattern, string Reason);

/// <summary>A text of the tree that is written anew.</summary>
/// <param name="File">A glob as of <see cref="RemoveRule"/>; at least one text file matches it.</param>
/// <param name="Text">A regular expression of .NET, of one line; it is in each of those files.</param>
/// <param name="With">What stands in its place.</param>
/// <param name="Reason">Why.</param>
public sealed record ReplaceRule(string File, string Text, string With, string Reason);

/// <summary>How the image of /usr is packed (mkfs.erofs).</summary>
public sealed record ImageParameters
{
    /// <summary>mkfs.erofs -z: algorithm and level ("zstd,3", "lz4hc,9").</summary>
    public required string Compressor { get; init; }

    /// <summary>mkfs.erofs -C: the largest physical cluster in bytes.</summary>
    public required int ClusterSize { get; init; }
}
