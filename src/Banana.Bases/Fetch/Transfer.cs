// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Net.Http.Headers;
using Banana.Foundation.Errors;

namespace Banana.Bases;

/// <summary>One attempt to get a file, from HTTP or from the file system.</summary>
internal sealed class Transfer(HttpClient client, DownloadOptions options, string address)
{
    /// <summary>Where the file is.</summary>
    public string Address => address;

    /// <summary>Appends the file from an offset on to a stream; from the start (after setting its length to 0) when the server cannot resume.</summary>
    /// <param name="target">Where the bytes go; it holds the first <paramref name="offset"/> bytes.</param>
    /// <param name="offset">How much is there already.</param>
    /// <param name="limit">The size that the file has, or may have at most: one byte more is refused before it is written.</param>
    /// <param name="count">Told how many bytes are there.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task CopyAsync(Stream target, long offset, long limit, Action<long> count, CancellationToken cancellation)
    {
        var uri = new Uri(address);
        if (uri.IsFile)
        {
            await CopyFileAsync(uri.LocalPath, target, offset, limit, count, cancellation).ConfigureAwait(false);
            return;
        }

        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await CopyHttpAsync(uri, target, offset, limit, count, watch).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new TransferException(TransferFailure.Transient, $"the mirror sent nothing for {options.StallTimeout.TotalSeconds:0.#} s", error);
        }
    }

    private async Task CopyHttpAsync(Uri uri, Stream target, long offset, long limit, Action<long> count, CancellationTokenSource watch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }

        watch.CancelAfter(options.ConnectTimeout + options.StallTimeout);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        Check(response);
        var from = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? 0 : 0;
        if (offset > 0 && from != offset)
        {
            target.SetLength(0);
            offset = 0;
        }

        var body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            await PumpAsync(body, target, offset, limit, count, watch).ConfigureAwait(false);
        }
    }

    private static void Check(HttpResponseMessage response)
    {
        var failure = response.StatusCode switch
        {
            HttpStatusCode.OK or HttpStatusCode.PartialContent => (TransferFailure?)null,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => TransferFailure.Missing,
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestedRangeNotSatisfiable => TransferFailure.Transient,
            >= HttpStatusCode.InternalServerError => TransferFailure.Transient,
            _ => TransferFailure.Refused,
        };
        if (failure is { } kind)
        {
            throw new TransferException(kind, $"the server answered {(int)response.StatusCode}");
        }
    }

    private async Task PumpAsync(Stream source, Stream target, long offset, long limit, Action<long> count, CancellationTokenSource watch)
    {
        var clock = TimeProvider.System;
        var buffer = new byte[1 << 16];
        var windowStart = clock.GetTimestamp();
        var windowBytes = 0L;
        while (true)
        {
            watch.CancelAfter(options.StallTimeout);
            var read = await source.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            if (offset + read > limit)
            {
                throw TooLong(limit);
            }

            await target.WriteAsync(buffer.AsMemory(0, read), watch.Token).ConfigureAwait(false);
            offset += read;
            count(offset);

            // A trickle never runs into the time-out of a single read.
            windowBytes += read;
            var elapsed = clock.GetElapsedTime(windowStart);
            if (elapsed >= options.StallTimeout)
            {
                if (windowBytes < options.MinimumRate * elapsed.TotalSeconds && offset < limit)
                {
                    throw new TransferException(TransferFailure.Transient, $"the mirror is too slow ({windowBytes / elapsed.TotalSeconds:0} B/s)");
                }

                (windowStart, windowBytes) = (clock.GetTimestamp(), 0);
            }
        }
    }

    private async Task CopyFileAsync(string path, Stream target, long offset, long limit, Action<long> count, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new TransferException(TransferFailure.Missing, "no such file");
        }

        var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous);
        await using (source.ConfigureAwait(false))
        {
            if (source.Length > limit)
            {
                throw TooLong(limit);
            }

            source.Position = offset;
            using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await PumpAsync(source, target, offset, limit, count, watch).ConfigureAwait(false);
        }
    }

    private BananaException TooLong(long limit) =>
        new(ExitCode.Untrusted, $"the file is longer than the {limit} bytes that it should have", where: address, next: "do not use this mirror; or, if it is right, run 'banana lock --update'");
}
