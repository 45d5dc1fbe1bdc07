// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Net.Security;

namespace Banana.Tuf.Transport;

/// <summary>How long a server may take.</summary>
public sealed record HttpLimits
{
    /// <summary>Until the connection stands.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Until the answer's headers are there, and between two pieces of the body.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The span in which <see cref="LeastRate"/> is looked at.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes a second, counted while we wait for data: less is refused as a slow retrieval attack.</summary>
    public int LeastRate { get; init; } = 512;
}

/// <summary>A repository on a web server. Bodies are never decompressed, so what is counted is what came.</summary>
public sealed class HttpTransport : ITufTransport, IDisposable
{
    private readonly string address;
    private readonly HttpLimits limits;
    private readonly TimeProvider clock;
    private readonly HttpClient client;

    /// <param name="address">The address of the folder; a final slash may be there.</param>
    /// <param name="limits">How long a server may take.</param>
    /// <param name="clock">Measures it.</param>
    public HttpTransport(Uri address, HttpLimits? limits = null, TimeProvider? clock = null)
    {
        this.address = address.AbsoluteUri.TrimEnd('/') + "/";
        this.limits = limits ?? new();
        this.clock = clock ?? TimeProvider.System;
        client = new(new SocketsHttpHandler
        {
            ConnectTimeout = this.limits.Connect,
            AutomaticDecompression = DecompressionMethods.None,
            MaxAutomaticRedirections = 5,
            MaxResponseHeadersLength = 32,
            UseCookies = false,
            SslOptions = new SslClientAuthenticationOptions(),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string path, long maxLength, CancellationToken cancellation)
    {
        _ = TransportPath.Segments(path);
        // Escaped role names are sent as they are: "%2F" must not become a slash on the way.
        var uri = new Uri(address + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        HttpResponseMessage? response = null;
        try
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var timer = clock.CreateTimer(_ => silence.Cancel(), null, limits.Silence, Timeout.InfiniteTimeSpan);
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Gone)
            {
                throw new TufException(TufFailure.NotFound, $"{uri} is not there (status {(int)response.StatusCode})"); // object stores say 403 for what is missing
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new TufException(TufFailure.Unreachable, $"{uri}: the server answered with status {(int)response.StatusCode}");
            }

            if (response.Content.Headers.ContentLength > maxLength)
            {
                throw new TufException(TufFailure.TooLarge, $"{uri} has {response.Content.Headers.ContentLength} bytes, more than the {maxLength} that may be there");
            }

            var stream = new PacedStream(await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false), uri.ToString(), limits, clock);
            response = null; // the stream ends the answer
            return stream;
        }
        catch (HttpRequestException error)
        {
            throw new TufException(TufFailure.Unreachable, $"{uri}: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new TufException(TufFailure.TooSlow, $"{uri}: no answer in {limits.Silence.TotalSeconds:0.#} s", error);
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
