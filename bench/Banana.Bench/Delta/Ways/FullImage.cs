// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;

namespace Banana.Bench.Delta.Ways;

/// <summary>The whole image, by the program that systemd-sysupdate downloads with.</summary>
internal sealed class FullImage : IDeltaWay
{
    /// <inheritdoc/>
    public string Name => "full image (systemd-pull)";

    /// <inheritdoc/>
    public Task<WayResult> MeasureAsync(Pair pair, WayPlace place, CancellationToken cancellation)
    {
        place.Offer(pair.New(ErofsLayout.Ours), "new.erofs");

        // As systemd-sysupdate calls it, but for the checksum of its manifest.
        return place.FetchAsync(
            pair, ErofsLayout.Ours, Name, [],
            () => place.RunAsync(pair, "full image", cancellation, "/usr/lib/systemd/systemd-pull", "raw", "--direct", "--verify=no", "--sync=no", place.Server.Address + "/new.erofs", place.Output),
            cancellation);
    }
}
