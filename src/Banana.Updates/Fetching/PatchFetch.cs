// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Formats.Patches;
using Banana.Formats.Patches.Applying;
using Banana.Formats.Release;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>A patch, applied while it comes; goes on at the last group that was noted down.</summary>
internal static class PatchFetch
{
    // Any header fits.
    private const int HeaderRange = 4096;
    private const int BufferSize = 1 << 16;

    public static async Task RunAsync(PartWork work, Way way, CancellationToken cancellation)
    {
        var patch = way.Object!;
        var (fetched, written) = (work.Journal.Fetched, work.Journal.Written);
        var header = fetched > 0 ? await ReadHeaderAsync(work.Store, patch, cancellation).ConfigureAwait(false) : null;
        if (fetched == patch.Size)
        {
            return;
        }

        var input = await work.Store.OpenAsync(patch.Key, new ByteRange(fetched, patch.Size - fetched), cancellation).ConfigureAwait(false);
        var counted = new CountingStream(new BufferedStream(input, BufferSize));
        await using (counted.ConfigureAwait(false))
        {
            header ??= PatchHeader.Read(counted, patch.Key);
            var seed = work.Plan.Installed!.Parts[work.Part.Part.Role];
            Require(header, seed, work.Part.Part, patch.Key);
            using var applier = new PatchApplier(seed.Source, header, counted, patch.Key, work.Plan.Installed.Libraries ?? ClusterLibraries.System(), written);
            work.Target.Position = written;
            while (applier.ApplyNext(work.Target, cancellation))
            {
                await work.CheckpointAsync(fetched + counted.Count, applier.Written, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<PatchHeader> ReadHeaderAsync(MeteredStore store, DeliveredObject patch, CancellationToken cancellation)
    {
        var head = await store.OpenAsync(patch.Key, new ByteRange(0, Math.Min(HeaderRange, patch.Size)), cancellation).ConfigureAwait(false);
        await using (head.ConfigureAwait(false))
        {
            return PatchHeader.Read(head, patch.Key);
        }
    }

    private static void Require(PatchHeader header, InstalledPart seed, ReleasePart part, string name)
    {
        if (Convert.ToHexStringLower(header.OldDigest.Span) != seed.Sha256 || Convert.ToHexStringLower(header.NewDigest.Span) != part.Sha256 || header.NewSize != part.Size)
        {
            throw new BananaException(ExitCode.BadInput, "the patch is for another pair of images", name, "fetch the release in another way");
        }
    }
}
