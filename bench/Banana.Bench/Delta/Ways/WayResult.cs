// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Measuring;

namespace Banana.Bench.Delta.Ways;

/// <summary>What a way came to.</summary>
/// <param name="Name">The way.</param>
/// <param name="Image">The size of the new image in bytes.</param>
/// <param name="Fetched">The bytes of files that the server sent, indexes included.</param>
/// <param name="Requests">The requests that it got.</param>
/// <param name="Device">What the device spent, from the first request to the whole image on its disk.</param>
/// <param name="Publish">What the publisher spent on this release, in the order of the steps; empty when there is nothing to do.</param>
internal sealed record WayResult(string Name, long Image, long Fetched, int Requests, Measurement Device, IReadOnlyList<Measurement> Publish)
{
    /// <summary>Bytes of the image that the publisher gets done in a second; null when it has nothing to do.</summary>
    public double? PublishRate => Publish.Count == 0 ? null : Image / Publish.Sum(step => step.Wall);
}
