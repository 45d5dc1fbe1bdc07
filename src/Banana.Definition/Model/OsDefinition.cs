// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>The operating system as data: everything under <c>os/</c>, read and checked. The schema is in <c>docs/definition.md</c>.</summary>
/// <param name="Directory">The folder that it was read from, absolute.</param>
/// <param name="Identity">Who the system says it is.</param>
/// <param name="Bases">Where packages can come from, by name.</param>
/// <param name="PackageSets">Packages by role, by name.</param>
/// <param name="Editions">The editions, by name, as they are written (before inheritance is applied).</param>
public sealed record OsDefinition(
    string Directory,
    Identity Identity,
    IReadOnlyDictionary<string, BaseDefinition> Bases,
    IReadOnlyDictionary<string, PackageSet> PackageSets,
    IReadOnlyDictionary<string, EditionDefinition> Editions);

/// <summary>The fields of os-release(5) and the branding.</summary>
public sealed record Identity
{
    /// <summary>ID: lower case, the prefix of partition labels and file names.</summary>
    public required string Id { get; init; }

    /// <summary>NAME.</summary>
    public required string Name { get; init; }

    /// <summary>HOME_URL, if there is one.</summary>
    public string? HomeUrl { get; init; }

    /// <summary>DOCUMENTATION_URL, if there is one.</summary>
    public string? DocumentationUrl { get; init; }

    /// <summary>SUPPORT_URL, if there is one.</summary>
    public string? SupportUrl { get; init; }

    /// <summary>BUG_REPORT_URL, if there is one.</summary>
    public string? BugReportUrl { get; init; }

    /// <summary>LOGO: the name of an icon, if there is one.</summary>
    public string? Logo { get; init; }

    /// <summary>ANSI_COLOR: an SGR sequence without escape characters, if there is one.</summary>
    public string? AnsiColor { get; init; }

    /// <summary>DEFAULT_HOSTNAME.</summary>
    public required string DefaultHostname { get; init; }

    /// <summary>RELEASE_INDEX: counted up when older releases need a step between to come here.</summary>
    public int ReleaseIndex { get; init; } = 1;

    /// <summary>The lowest index that a device must have to take these releases; 0: any device.</summary>
    public int MinimumReleaseIndex { get; init; }
}
