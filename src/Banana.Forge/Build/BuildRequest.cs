// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Formats.Release;

namespace Banana.Forge.Build;

/// <summary>What is to be built.</summary>
/// <param name="Edition">The edition.</param>
/// <param name="Lockfile">The exact packages.</param>
/// <param name="LockfileSha256">The SHA-256 of the lockfile as it is on disk.</param>
/// <param name="Version">The version that the release gets.</param>
/// <param name="OutputFolder">The folder of all releases; this one goes to <c>EDITION/VERSION</c> below it.</param>
public sealed record BuildRequest(Edition Edition, Lockfile Lockfile, string LockfileSha256, ReleaseVersion Version, string OutputFolder)
{
    /// <summary>Whether every step is made anew, whatever the cache holds.</summary>
    public bool Clean { get; init; }

    /// <summary>The folder of the release.</summary>
    public string ReleaseFolder => Path.Combine(OutputFolder, Edition.Name, Version.ToString());
}

/// <summary>One step of a build, as the report shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Cached">Whether it was taken from the cache.</param>
/// <param name="Result">What came of it, in a few words.</param>
public sealed record BuildStepReport(string Name, double Seconds, bool Cached, string Result);

/// <summary>What a build came to.</summary>
/// <param name="Folder">The folder of the release.</param>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Packages">Its packages.</param>
/// <param name="Steps">The steps in the order in which they ended.</param>
/// <param name="Seconds">How long all of it took.</param>
public sealed record BuildResult(string Folder, ReleaseManifest Manifest, PackageList Packages, IReadOnlyList<BuildStepReport> Steps, double Seconds);
