// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Releases.Stores;
using Banana.Updates.Planning;

namespace Banana.Updates.Fetching;

/// <summary>The whole part, from front to back; goes on where it was.</summary>
internal static class WholeFetch
{
    public static async Task RunAsync(PartWork work, Way way, CancellationToken cancellation)
    {
        var done = work.Journal.Fetched;
        if (done == way.Object!.Size)
        {
            return;
        }

        var source = await work.Store.OpenAsync(way.Object.Key, new ByteRange(done, way.Object.Size - done), cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 18];
            work.Target.Position = done;
            while (await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) is > 0 and var read)
            {
                work.Target.Write(buffer.AsSpan(0, read));
                done += read;
                await work.CheckpointAsync(done, done, cancellation).ConfigureAwait(false);
            }
        }
    }
}
