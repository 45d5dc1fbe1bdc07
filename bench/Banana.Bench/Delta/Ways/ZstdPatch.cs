// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;
using Banana.Bench.Measuring;

namespace Banana.Bench.Delta.Ways;

/// <summary>One zstd frame of the new image with the old image as its prefix.</summary>
internal sealed class ZstdPatch : IDeltaWay
{
    // Higher ones take hours: contents that are compressed already have no more to give.
    private const string Level = "-3";

    /// <inheritdoc/>
    public string Name => $"zstd {Level} --long=31 --patch-from of the image";

    /// <inheritdoc/>
    public async Task<WayResult> MeasureAsync(Pair pair, WayPlace place, CancellationToken cancellation)
    {
        var (old, patch) = (pair.Old(ErofsLayout.Ours), Path.Combine(place.Repository, "new.zst"));
        var publish = await place.RunAsync(pair, "zstd make", cancellation, "zstd", "--quiet", Level, "--long=31", "--patch-from=" + old, pair.New(ErofsLayout.Ours), "-o", patch);
        return await place.FetchAsync(pair, ErofsLayout.Ours, Name, [publish], ApplyAsync, cancellation);

        async Task<Measurement> ApplyAsync()
        {
            // It reads no address; the download is a file's, counted as every other.
            var copy = Path.Combine(place.Folder, "device", "new.zst");
            using (var client = new HttpClient())
            await using (var from = await client.GetStreamAsync(place.Server.Address + "/new.zst", cancellation))
            await using (var to = File.Create(copy))
            {
                await from.CopyToAsync(to, cancellation);
            }

            return await place.RunAsync(pair, "zstd apply", cancellation, "zstd", "--quiet", "--decompress", "--long=31", "--patch-from=" + old, copy, "-o", place.Output);
        }
    }
}
