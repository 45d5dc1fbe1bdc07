// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;
using Banana.Foundation.Progress;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>Fetches one part: one way after the other, until what lies in the target is what the manifest names.</summary>
/// <param name="work">The part; its journal is the one of an earlier run, or a new one.</param>
/// <param name="progress">Who is told.</param>
/// <param name="openTree">Opens where the verity tree goes that is made of this part; null: nowhere.</param>
internal sealed class PartFetcher(PartWork work, IProgressSink progress, Func<TargetStream>? openTree)
{
    private readonly List<FailedWay> failed = [];

    private string Label => work.Part.Part.File;

    public async Task<PartReport> RunAsync(CancellationToken cancellation)
    {
        var before = work.Store.Delivered;
        var way = await TryThereAsync(cancellation).ConfigureAwait(false) ? null : (WayKind?)await FetchAsync(cancellation).ConfigureAwait(false);
        work.Target.Sync();
        await work.NoteAsync(new() { Part = work.Part.Part.Sha256, Complete = true }, cancellation).ConfigureAwait(false);
        var after = work.Store.Delivered;
        return new(work.Part.Part.Role, way, new(after.Bytes - before.Bytes, after.Requests - before.Requests), failed);
    }

    // A run before has completed it; that is only believed after it was read.
    private async Task<bool> TryThereAsync(CancellationToken cancellation)
    {
        if (!work.Journal.Complete)
        {
            return false;
        }

        using var step = progress.Begin($"verify {Label}");
        try
        {
            await VerifyAsync(cancellation).ConfigureAwait(false);
            step.Complete("there already", cached: true);
            return true;
        }
        catch (BananaException error) when (error is not TargetException)
        {
            step.Complete(error.Message);
            work.Journal = new() { Part = work.Part.Part.Sha256 };
            return false;
        }
    }

    private async Task<WayKind> FetchAsync(CancellationToken cancellation)
    {
        var ways = work.Part.Ways.Where(way => !work.Journal.Failed.Contains(NameOf(way), StringComparer.Ordinal)).ToList();
        for (var i = 0; i < ways.Count; i++)
        {
            var error = await TryAsync(ways[i], cancellation).ConfigureAwait(false);
            if (error is null)
            {
                return ways[i].Kind;
            }

            if (error is BananaException { Code: ExitCode.Unreachable } and not Releases.Stores.MissingObjectException
                && (i + 1 == ways.Count || !await IsReachableAsync(ways[i + 1], cancellation).ConfigureAwait(false)))
            {
                // The network is gone: another way would only overwrite what this one has done so far.
                throw new BananaException(ExitCode.Unreachable, error.Message, next: "run the same command again; it goes on where it was", inner: error);
            }

            failed.Add(new(ways[i].Kind, error.Message));
            progress.Log($"{Label}: {ways[i].Name} failed: {error.Message}");
            await work.NoteAsync(new() { Part = work.Part.Part.Sha256, Failed = [.. work.Journal.Failed, NameOf(ways[i])] }, cancellation).ConfigureAwait(false);
        }

        // The next run tries everything again.
        await work.NoteAsync(new() { Part = work.Part.Part.Sha256 }, cancellation).ConfigureAwait(false);
        throw new BananaException(
            ExitCode.Untrusted, $"no way to this part gave what the manifest names: {string.Join("; ", failed.Select(way => $"{way.Kind}: {way.Reason}"))}", Label, "try again later, or use another mirror");
    }

    /// <summary>Tries a way; one that went on with an earlier run's work and came to a wrong end gets a second try from its beginning.</summary>
    private async Task<Exception?> TryAsync(Way way, CancellationToken cancellation)
    {
        if (!CanGoOn(way))
        {
            await BeginAsync(way, cancellation).ConfigureAwait(false);
        }

        while (true)
        {
            var isResumed = work.Journal.Fetched > 0;
            using var step = progress.Begin($"fetch {Label} ({way.Name})");
            work.Step = step;
            try
            {
                await RunAsync(way, cancellation).ConfigureAwait(false);
                work.Target.Sync();
                await VerifyAsync(cancellation).ConfigureAwait(false);
                step.Complete(ByteSize.Format(work.Part.Part.Size));
                return null;
            }
            catch (Exception error) when (error is (BananaException and not TargetException) or IOException or InvalidDataException)
            {
                step.Complete(error.Message);
                if (!isResumed || error is BananaException { Code: ExitCode.Unreachable })
                {
                    return error;
                }
            }

            await BeginAsync(way, cancellation).ConfigureAwait(false);
        }
    }

    // The journal is of this way, says what can be, and what it says was written is there at all.
    private bool CanGoOn(Way way) => work.Journal.Way == NameOf(way) && work.Journal.Fetched <= (way.Object?.Size ?? 0) && work.Journal.Written <= work.Part.Part.Size
        && (way.Kind == WayKind.Patch ? work.Journal.Written % Formats.Patches.PatchFormat.BlockSize == 0 : work.Journal.Written == work.Journal.Fetched)
        && (work.Journal.Written == 0 || work.Target.TryReadAt(work.Journal.Written - 1, stackalloc byte[1]));

    private Task RunAsync(Way way, CancellationToken cancellation) => way.Kind switch
    {
        WayKind.Derived => Task.CompletedTask, // It was made when the image was verified.
        WayKind.Patch => Task.Run(() => PatchFetch.RunAsync(work, way, cancellation), cancellation),
        WayKind.Chunks => Task.Run(() => ChunkFetch.RunAsync(work, way, cancellation), cancellation),
        _ => WholeFetch.RunAsync(work, way, cancellation),
    };

    private Task BeginAsync(Way way, CancellationToken cancellation) =>
        work.NoteAsync(new() { Part = work.Part.Part.Sha256, Way = NameOf(way), Failed = work.Journal.Failed }, cancellation);

    private Task VerifyAsync(CancellationToken cancellation) => Task.Run(
        () =>
        {
            using var tree = openTree?.Invoke();
            PartVerifier.Require(work.Target, work.Plan, work.Part, tree, cancellation);
            tree?.Sync();
        },
        cancellation);

    private async Task<bool> IsReachableAsync(Way way, CancellationToken cancellation)
    {
        try
        {
            return way.Object is null || await work.Store.LengthAsync(way.Object.Key, cancellation).ConfigureAwait(false) is not null;
        }
        catch (BananaException error) when (error.Code == ExitCode.Unreachable)
        {
            return false;
        }
    }

    private static string NameOf(Way way) => $"{way.Name}:{way.Object?.Sha256}";
}
