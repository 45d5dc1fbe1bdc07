// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Casync.Indexes;
using Banana.Formats.Release;

namespace Banana.Updates.Planning;

/// <summary>The kinds of ways to a part.</summary>
public enum WayKind
{
    /// <summary>It is made on the device from another part (the verity tree, from the image).</summary>
    Derived,

    /// <summary>A patch of the installed part.</summary>
    Patch,

    /// <summary>The chunks that the installed part does not have, out of the whole part.</summary>
    Chunks,

    /// <summary>The whole part.</summary>
    Whole,
}

/// <summary>A way to a part.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Object">What is fetched: the patch, or the part itself; null when it is derived.</param>
public sealed record Way(WayKind Kind, FetchCost Cost, DeliveredObject? Object)
{
    /// <summary>Whether the cost was worked out here from the chunk index and the installed part, because the publisher gave no price for this version.</summary>
    public bool IsEstimate { get; init; }

    /// <summary>The chunk index, when the planner had to fetch it. Its bytes are part of the cost.</summary>
    internal ChunkIndex? Index { get; init; }

    /// <summary>The index of the installed part, when the planner had to make it.</summary>
    internal ChunkIndex? Seed { get; init; }

    /// <summary>The name of the kind, for messages.</summary>
    public string Name => Kind switch
    {
        WayKind.Derived => "derived",
        WayKind.Patch => "patch",
        WayKind.Chunks => "chunks",
        _ => "whole",
    };
}
