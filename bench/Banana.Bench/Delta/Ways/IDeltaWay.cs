// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;

namespace Banana.Bench.Delta.Ways;

/// <summary>A way from the old image to the new one.</summary>
internal interface IDeltaWay
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Publishes the new image in the place's repository, then downloads it as a device that has the old one.</summary>
    Task<WayResult> MeasureAsync(Pair pair, WayPlace place, CancellationToken cancellation);
}
