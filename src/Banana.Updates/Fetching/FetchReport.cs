// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>A way that was tried in vain.</summary>
/// <param name="Kind">The way.</param>
/// <param name="Reason">Why, as one line.</param>
public sealed record FailedWay(WayKind Kind, string Reason);

/// <summary>How a part was got.</summary>
/// <param name="Role">The part.</param>
/// <param name="Way">The way that led to it; null: it was there already, from a run before.</param>
/// <param name="Cost">What was really fetched for it, with the ways that failed.</param>
/// <param name="Failed">The ways that failed before.</param>
public sealed record PartReport(PartRole Role, WayKind? Way, FetchCost Cost, IReadOnlyList<FailedWay> Failed);

/// <summary>How an update was got.</summary>
/// <param name="Parts">The parts, in the order in which they were made.</param>
public sealed record FetchReport(IReadOnlyList<PartReport> Parts)
{
    /// <summary>What was really fetched.</summary>
    public FetchCost Cost => Parts.Aggregate(FetchCost.None, (sum, part) => sum + part.Cost);
}
