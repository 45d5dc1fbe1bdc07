// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Release;
using Banana.Foundation.Progress;
using Banana.Releases.Stores;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>
/// Carries out a plan: writes each part to its target by the cheapest way that works, and reads it back. Killed anywhere, the next run
/// goes on; whatever happens, a part that is reported is the one that the manifest names.
/// </summary>
/// <param name="store">The repository.</param>
/// <param name="options">How.</param>
/// <param name="progress">Who is told.</param>
public sealed class UpdateFetcher(IReleaseStore store, FetchOptions options, IProgressSink progress)
{
    /// <summary>Fetches all parts of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="destinations">Where each part of the plan goes. The journals stay, so that another run need not fetch anything; the caller deletes them when the update is done.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="Foundation.Errors.BananaException">There is no room (<see cref="Foundation.Errors.ExitCode.NoSpace"/>), the repository cannot be reached, or no way gave the right bytes. The same call goes on where this one ended.</exception>
    public async Task<FetchReport> FetchAsync(UpdatePlan plan, IReadOnlyDictionary<PartRole, PartDestination> destinations, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(destinations);
        options.CheckRoom([.. plan.Parts.Select(part => Need(part, destinations[part.Part.Role].Target))]);
        using var metered = new MeteredStore(store, new RateLimiter(options.RateLimit, options.Time), options.OnFetched);
        var reports = new List<PartReport>(plan.Parts.Count);
        foreach (var part in plan.Parts)
        {
            cancellation.ThrowIfCancellationRequested();
            reports.Add(await FetchAsync(metered, plan, part, destinations, cancellation).ConfigureAwait(false));
        }

        return new(reports);
    }

    private static RoomNeed Need(PartPlan part, IPartTarget target) => new(target.Name, target.Volume, part.Part.Size, target.Room());

    private async Task<PartReport> FetchAsync(MeteredStore metered, UpdatePlan plan, PartPlan part, IReadOnlyDictionary<PartRole, PartDestination> destinations, CancellationToken cancellation)
    {
        var destination = destinations[part.Part.Role];
        var journal = FetchJournal.Read(destination.Journal, part.Part.Sha256) ?? new() { Part = part.Part.Sha256 };
        PartReport report;
        using (var target = new TargetStream(destination.Target.Open(), destination.Target.Name))
        {
            var work = new PartWork(metered, options, plan, part, target, destination.Journal) { Journal = journal, Step = SilentProgress.Instance };
            report = await new PartFetcher(work, progress, TreeOf(plan, part, destinations)).RunAsync(cancellation).ConfigureAwait(false);
        }

        destination.Target.Complete(part.Part.Size);
        return report;
    }

    private static Func<TargetStream>? TreeOf(UpdatePlan plan, PartPlan part, IReadOnlyDictionary<PartRole, PartDestination> destinations) =>
        part.Part.Role == PartRole.Usr && plan.Find(PartRole.UsrVerity) is { } tree && tree.Ways.Any(way => way.Kind == WayKind.Derived)
            ? () => new TargetStream(destinations[PartRole.UsrVerity].Target.Open(), destinations[PartRole.UsrVerity].Target.Name)
            : null;
}
