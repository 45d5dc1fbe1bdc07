// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Measuring;
using Banana.Bench.Peers;

namespace Banana.Bench.Build;

/// <summary>One of the two.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Build">What a build with all packages at hand cost.</param>
/// <param name="Incremental">What an incremental build after the change of one file of an overlay cost.</param>
/// <param name="Image">What it made.</param>
internal sealed record Contender(string Name, Measurement Build, Measurement Incremental, BuiltImage Image);

/// <summary>What we want to be at most.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Ratio">Ours divided by the peer's.</param>
/// <param name="Most">The largest ratio that is good enough.</param>
internal sealed record Goal(string Name, double Ratio, double Most)
{
    /// <summary>Whether we are there.</summary>
    public bool IsMet => Ratio <= Most;
}

/// <summary>Both, beside each other.</summary>
/// <param name="Ours">Banana.</param>
/// <param name="Peer">mkosi.</param>
/// <param name="BuildSteps">The steps of our quickest build.</param>
/// <param name="IncrementalSteps">The steps of our quickest incremental build.</param>
/// <param name="Runs">How often each was measured.</param>
/// <param name="LoadBefore">The machine's load average before the measurements.</param>
/// <param name="LoadAfter">The machine's load average after them.</param>
internal sealed record BuildComparison(Contender Ours, Contender Peer, IReadOnlyList<OurStep> BuildSteps, IReadOnlyList<OurStep> IncrementalSteps, int Runs, string LoadBefore, string LoadAfter)
{
    /// <summary>What is not the same on both sides; shown with every result.</summary>
    public static readonly IReadOnlyList<string> Caveats =
    [
        "mkosi resolves with apt while it builds; ours installs what a lockfile says",
        "mkosi's default initrd is a package installation of its own, ours is picked from the tree; mkosi has apt bring an initrd generator, which ours leaves out",
        "ours also computes digests, an SBOM, a package list and a hermetic /etc and /var; mkosi has no words for these",
        "memory is compared by the peak of the sum over all processes (PSS, at 20 Hz; RSS for our own dotnet, which would look smaller); page cache does not count",
    ];

    /// <summary>The goals of the issue "The house and the forge".</summary>
    public IReadOnlyList<Goal> Goals { get; } =
    [
        new("build, wall time", Ours.Build.Wall / Peer.Build.Wall, 0.25),
        new("build, peak memory", (double)Ours.Build.TreePeak / Peer.Build.TreePeak, 0.25),
        new("incremental, wall time", Ours.Incremental.Wall / Peer.Incremental.Wall, 0.1),
    ];
}
