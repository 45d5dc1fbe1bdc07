// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using Banana.Foundation.Errors;

namespace Banana.Releases.Stores.Http;

/// <summary>The body of an object. When the connection breaks in the middle, the rest is asked for by a range request (RFC 9110, section 14).</summary>
internal sealed class ResumingStream : ForwardStream
{
    // A broken connection after so many new bytes is a new one, not another failure of the same kind.
    private const long Progress = 1 << 20;

    private readonly HttpTransport transport;
    private readonly Func<ByteRange, HttpRequestMessage> make;
    private readonly Func<HttpResponseMessage, Task<Exception>> refuse;
    private readonly string key;
    private readonly ByteRange range;
    private readonly RateMeter meter;
    private HttpResponseMessage? response;
    private Stream? body;
    private string? version;
    private long position;
    private long? end;
    private int failures;
    private long failedAt;

    private ResumingStream(HttpTransport transport, string key, ByteRange range, Func<ByteRange, HttpRequestMessage> make, Func<HttpResponseMessage, Task<Exception>> refuse)
    {
        this.transport = transport;
        this.key = key;
        this.range = range;
        this.make = make;
        this.refuse = refuse;
        meter = new RateMeter(transport.Options);
        (position, end) = (range.Offset, range.Offset + range.Length);
    }

    /// <summary>Sends the first request.</summary>
    /// <param name="transport">Sends it.</param>
    /// <param name="key">The object, for messages.</param>
    /// <param name="range">What is wanted of it.</param>
    /// <param name="make">Makes a request for a part.</param>
    /// <param name="refuse">Makes the error for an answer that has no content.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static async Task<ResumingStream> OpenAsync(HttpTransport transport, string key, ByteRange range, Func<ByteRange, HttpRequestMessage> make, Func<HttpResponseMessage, Task<Exception>> refuse, CancellationToken cancellation)
    {
        range.Check();
        var stream = new ResumingStream(transport, key, range, make, refuse);
        try
        {
            while (!await stream.TryConnectAsync(cancellation).ConfigureAwait(false))
            {
                // Waited already.
            }
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (position != end)
        {
            if (body is null && !await TryConnectAsync(cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            try
            {
                var read = await meter.ReadAsync(body!, buffer[..(int)Math.Min(buffer.Length, (end ?? long.MaxValue) - position)], cancellationToken).ConfigureAwait(false);
                if (read == 0 && end is not null)
                {
                    throw new TransientException("the connection ended too early");
                }

                position += read;
                return position <= transport.Options.MaximumLength ? read : throw StoreErrors.TooLong(transport.Location, key, transport.Options.MaximumLength);
            }
            catch (Exception error) when (HttpTransport.Transient(error) is { } transient)
            {
                await FailAsync(transient, cancellationToken).ConfigureAwait(false);
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Disconnect();
        }

        base.Dispose(disposing);
    }

    private void Disconnect()
    {
        body?.Dispose();
        response?.Dispose();
        (body, response) = (null, null);
    }

    private async Task FailAsync(TransientException error, CancellationToken cancellation)
    {
        Disconnect();
        failures = position - failedAt >= Progress ? 1 : failures + 1;
        failedAt = position;
        await transport.WaitAsync(error, failures, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> TryConnectAsync(CancellationToken cancellation)
    {
        try
        {
            var wanted = new ByteRange(position, end - position);
            response = await transport.SendOnceAsync(() => make(wanted), uploaded: 0, cancellation).ConfigureAwait(false);
            await AcceptAsync(response).ConfigureAwait(false);
            body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (HttpTransport.Transient(error) is { } transient)
        {
            await FailAsync(transient, cancellation).ConfigureAwait(false);
            return false;
        }
    }

    private async Task AcceptAsync(HttpResponseMessage answer)
    {
        var headers = answer.Content.Headers;
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK when position == 0:
                CheckTotal(headers.ContentLength);
                end ??= headers.ContentLength;
                break;
            case HttpStatusCode.OK:
                throw new BananaException(ExitCode.Unreachable, $"the server does not send parts of '{key}' (no range requests)", where: transport.Location, next: "serve the repository by a web server that does");
            case HttpStatusCode.PartialContent:
                var part = headers.ContentRange;
                if (part?.From != position || !part.HasRange)
                {
                    throw new BananaException(ExitCode.Unreachable, $"the server sent another part of '{key}' than it was asked for", where: transport.Location, next: "a cache in between may be broken; use another mirror");
                }

                CheckTotal(part.Length ?? part.To + 1);
                end ??= part.Length ?? part.To + 1;
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw StoreErrors.TooShort(transport.Location, key, range);
            default:
                throw await refuse(answer).ConfigureAwait(false);
        }

        var tag = answer.Headers.ETag?.Tag;
        if (version is not null && tag is not null && version != tag)
        {
            throw new BananaException(ExitCode.Untrusted, $"'{key}' changed while it was read", where: transport.Location, next: "run the same command again");
        }

        version ??= tag;
    }

    private void CheckTotal(long? total)
    {
        if (total > transport.Options.MaximumLength)
        {
            throw StoreErrors.TooLong(transport.Location, key, transport.Options.MaximumLength);
        }

        if (total < end)
        {
            throw StoreErrors.TooShort(transport.Location, key, range);
        }
    }
}
