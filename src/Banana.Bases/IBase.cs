// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bases;

/// <summary>What a base needs to work: tools, downloads, the pool, and where to say what it does.</summary>
/// <param name="Tools">Runs programs where the base's own tools are: the workbench, or the host while the workbench is being made.</param>
/// <param name="Host">Runs programs on the host (bubblewrap for a <see cref="Sandbox"/>).</param>
/// <param name="Downloader">Fetches files over HTTP or from the file system.</param>
/// <param name="Pool">Keeps packages by their digest.</param>
/// <param name="Progress">Is told what happens.</param>
public sealed record BaseContext(Sandbox? Tools, IProcessRunner Host, Downloader Downloader, PackagePool Pool, IProgressSink Progress)
{
    /// <summary>A directory for indexes and other things that can be made again; beside the pool unless it is given.</summary>
    public string Scratch { get; init; } = Path.Combine(Path.GetDirectoryName(Pool.Root) ?? "/", "scratch");
}

/// <summary>A source of packages that an operating system can be made from. Adding a base is adding one implementation; every one passes the same conformance suite.</summary>
public interface IBase
{
    /// <summary>Changes whenever the same lockfile would give another tree: part of the keys of caches.</summary>
    string Recipe { get; }

    /// <summary>Resolves package names to exact versions with digests. Index signatures are verified.</summary>
    /// <param name="definition">The base.</param>
    /// <param name="suite">The suite of the base.</param>
    /// <param name="packages">The names asked for. What the base cannot do without (its essential packages) comes along.</param>
    /// <param name="cancellation">Stops the work.</param>
    Task<Lockfile> ResolveAsync(BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation);

    /// <summary>Brings every locked file into the pool, verified. Needs no network when the pool has them all.</summary>
    Task FetchAsync(BaseDefinition definition, Lockfile lockfile, CancellationToken cancellation);

    /// <summary>Installs the locked packages from the pool into an empty directory, with their install scripts run. No network is used.</summary>
    /// <param name="lockfile">What to install.</param>
    /// <param name="languages">The languages whose translations stay, as gettext names them ("de", "pt_BR"), beside English; those of others are left out where the base can.</param>
    /// <param name="tree">The empty directory.</param>
    /// <param name="cancellation">Stops the work.</param>
    Task InstallAsync(Lockfile lockfile, IReadOnlyList<string> languages, string tree, CancellationToken cancellation);

    /// <summary>Lists what is installed in a tree, sorted by name.</summary>
    Task<IReadOnlyList<InstalledPackage>> ListAsync(Lockfile lockfile, string tree, CancellationToken cancellation);
}
