// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Releases.Stores.Http;

/// <summary>Reads from a network stream, and ends what stalls or trickles. Only the time that we wait for data counts, not the reader's own.</summary>
internal sealed class RateMeter(HttpStoreOptions options)
{
    private TimeSpan waited;
    private long bytes;

    /// <exception cref="TransientException">Nothing came, or too little.</exception>
    public async ValueTask<int> ReadAsync(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        watch.CancelAfter(options.StallTimeout);
        var start = options.Time.GetTimestamp();
        int read;
        try
        {
            read = await source.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"the server sent nothing for {options.StallTimeout.TotalSeconds:0.#} s", inner: error);
        }

        waited += options.Time.GetElapsedTime(start);
        bytes += read;
        if (waited >= options.StallTimeout)
        {
            var rate = bytes / waited.TotalSeconds;
            (waited, bytes) = (TimeSpan.Zero, 0);
            if (rate < options.MinimumRate && read > 0)
            {
                throw new TransientException($"the server is too slow ({rate:0} B/s)");
            }
        }

        return read;
    }
}
