// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Cli.Setup;

namespace Banana.Cli.Testing;

/// <summary>A group of tests that need the same and take about as long.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Project">The project, which is also the name of its program.</param>
/// <param name="Need">What the machine must have.</param>
/// <param name="NeedsRoot">Whether its program runs as root.</param>
internal sealed record TestTier(string Name, string Project, Need Need, bool NeedsRoot)
{
    /// <summary>All tiers, the quick ones first.</summary>
    public static IReadOnlyList<TestTier> All { get; } =
    [
        new("unit", "Banana.Tests.Unit", Need.Inspect, NeedsRoot: false),
        new("integration", "Banana.Tests.Integration", Need.Inspect | Need.Build | Need.Bus, NeedsRoot: true),
        new("vm", "Banana.Tests.Vm", Need.Test, NeedsRoot: true),
    ];
}
