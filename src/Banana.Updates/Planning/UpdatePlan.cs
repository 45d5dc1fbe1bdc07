// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;

namespace Banana.Updates.Planning;

/// <summary>How a part is got.</summary>
/// <param name="Part">What it has to be (of the manifest).</param>
/// <param name="Delivered">Where it is.</param>
/// <param name="Ways">The ways, the cheapest first; the whole part is among them.</param>
public sealed record PartPlan(ReleasePart Part, DeliveredPart Delivered, IReadOnlyList<Way> Ways)
{
    /// <summary>The way that is tried first.</summary>
    public Way Best => Ways[0];
}

/// <summary>How an update is got.</summary>
/// <param name="Manifest">The release.</param>
/// <param name="Delivery">Where it is in the repository.</param>
/// <param name="Installed">What the device has; null: nothing.</param>
/// <param name="Parts">The parts, the image before the tree that is made from it.</param>
public sealed record UpdatePlan(ReleaseManifest Manifest, ReleaseDelivery Delivery, InstalledRelease? Installed, IReadOnlyList<PartPlan> Parts)
{
    /// <summary>What the cheapest ways cost together.</summary>
    public FetchCost Cost => Parts.Aggregate(FetchCost.None, (sum, part) => sum + part.Best.Cost);

    /// <summary>The bytes that are fetched if nothing fails.</summary>
    public long Bytes => Cost.Bytes;

    /// <summary>The requests that are made if nothing fails.</summary>
    public int Requests => Cost.Requests;

    /// <summary>The plan for a role, or null.</summary>
    public PartPlan? Find(PartRole role) => Parts.FirstOrDefault(part => part.Part.Role == role);
}
