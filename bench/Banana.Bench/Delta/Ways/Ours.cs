// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bench.Delta.Pairs;
using Banana.Bench.Measuring;

namespace Banana.Bench.Delta.Ways;

/// <summary>Ours: publisher and device are processes of their own (<see cref="OurPrograms"/>), with the code that devices run.</summary>
/// <param name="byPatch">By a patch; otherwise by chunks, which are ranges of the image.</param>
internal sealed class Ours(bool byPatch) : IDeltaWay
{
    /// <summary>The name of the patch.</summary>
    public const string PatchName = "ours, by patch";

    /// <summary>The name of the chunks.</summary>
    public const string ChunksName = "ours, by chunks 16:64:256";

    /// <inheritdoc/>
    public string Name => byPatch ? PatchName : ChunksName;

    /// <inheritdoc/>
    public async Task<WayResult> MeasureAsync(Pair pair, WayPlace place, CancellationToken cancellation)
    {
        var kind = byPatch ? OurPrograms.Patch : OurPrograms.Chunks;
        var (old, target) = (pair.Old(ErofsLayout.Ours), pair.New(ErofsLayout.Ours));
        place.Offer(target, OurPrograms.Image);

        // What a repository has from the release before, and a release from its build; as desync's seed, it is not counted.
        _ = await RunAsync("prepare", kind, old, target, place.Repository, place.Peers.Root);
        var publish = await RunAsync("publish", kind, old, target, place.Repository, place.Peers.Root);
        return await place.FetchAsync(
            pair, ErofsLayout.Ours, Name, [publish], () => RunAsync("fetch", kind, old, place.Server.Address, place.Output, place.Peers.Root), cancellation);

        async Task<Measurement> RunAsync(string what, params string[] words)
        {
            string[] arguments = [Path.Combine(AppContext.BaseDirectory, "Banana.Bench.dll"), "delta", OurPrograms.Command, what, .. words];
            var (_, cost) = await place.Measurer.RunAsync($"delta {pair.Name} ours {kind} {what}", Foundation.Processes.Command.Of(Measurer.Dotnet, arguments), cancellation);
            return cost;
        }
    }
}
