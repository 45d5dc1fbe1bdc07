// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Banana.Foundation.Errors;
using Banana.Foundation.Network;

namespace Banana.Releases.Stores.Http;

/// <summary>Sends requests again until one is answered, with growing, random waits in between.</summary>
/// <param name="location">The store, for messages.</param>
/// <param name="options">How patient it is.</param>
/// <param name="redirects">Whether the server may point elsewhere (never from https to http, never to another scheme).</param>
internal sealed class HttpTransport(string location, HttpStoreOptions options, bool redirects) : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // .NET would follow to any scheme as if it were http.
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = options.ConnectTimeout,

        // All requests share one connection of HTTP/2, and giving up on one of them does not close it: a dead connection has to be noticed, or every attempt would go to it.
        KeepAlivePingDelay = Patience(options.StallTimeout / 3),
        KeepAlivePingTimeout = Patience(options.StallTimeout / 3),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        MaxConnectionsPerServer = options.Connections,
        MaxResponseHeadersLength = 32,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        SslOptions = Tls(options.Authorities),
        UseCookies = false,
        UseProxy = true,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public string Location => location;

    public HttpStoreOptions Options => options;

    /// <summary>Sends a request until it is answered by something that another attempt would not change.</summary>
    /// <param name="make">Makes the request, anew for each attempt.</param>
    /// <param name="uploaded">The bytes of its body: the answer may take longer by the time that these need at the slowest rate.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, long uploaded, CancellationToken cancellation) =>
        RetryAsync(() => SendOnceAsync(make, uploaded, cancellation), cancellation);

    /// <summary>Does something until it does not fail in a way that may pass.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception error) when (Transient(error) is { } transient)
            {
                await WaitAsync(transient, ++failures, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One attempt, with its redirects. One that is not followed is the answer.</summary>
    public async Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> make, long uploaded, CancellationToken cancellation)
    {
        Uri? address = null;
        for (var followed = 0; ; followed++)
        {
            using var request = make();
            request.RequestUri = address ?? request.RequestUri;
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower); // The client's defaults are not for requests that are made elsewhere.
            var response = await SendAsync(request, uploaded, cancellation).ConfigureAwait(false);
            if (!redirects || followed == MostRedirects || NextAddress(request.RequestUri!, response) is not { } next)
            {
                return response;
            }

            response.Dispose();
            address = next;
        }
    }

    // .NET takes nothing shorter.
    private static TimeSpan Patience(TimeSpan wanted) => wanted < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wanted;

    private static SslClientAuthenticationOptions Tls(IReadOnlyList<X509Certificate2> authorities)
    {
        if (authorities.Count == 0)
        {
            return new();
        }

        // Revocation is looked up no more than .NET does by itself; a policy's own default would.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities.ToArray());
        return new() { CertificateChainPolicy = policy };
    }

    // Only to http or https, and never from https to http.
    private static Uri? NextAddress(Uri from, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || response.Headers.Location is not { } location)
        {
            return null;
        }

        var to = location.IsAbsoluteUri ? location : new Uri(from, location);
        return to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp) ? to : null;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, long uploaded, CancellationToken cancellation)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        watch.CancelAfter(options.ConnectTimeout + options.StallTimeout + TimeSpan.FromSeconds((double)uploaded / options.MinimumRate));
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new TransientException($"no answer in {options.StallTimeout.TotalSeconds:0.#} s", inner: error);
        }

        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented)
        {
            var wait = RetryAfter(response.Headers.RetryAfter);
            var status = (int)response.StatusCode;
            response.Dispose();
            throw new TransientException($"the server answered {status}", wait);
        }

        return response;
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="BananaException">That was the last one.</exception>
    public async Task WaitAsync(TransientException error, int failures, CancellationToken cancellation)
    {
        if (failures >= options.Attempts)
        {
            throw new BananaException(ExitCode.Unreachable, $"{error.Message}, also after {failures} attempts", where: location, next: "check the network and the address, then run the same command again", inner: error);
        }

        var most = Math.Min(options.BackOff.TotalSeconds * Math.Pow(2, failures - 1), options.LongestBackOff.TotalSeconds);
        var wait = TimeSpan.FromSeconds(most * Random.Shared.NextDouble());
        if (error.RetryAfter is { } asked && asked > wait)
        {
            wait = asked < options.LongestBackOff ? asked : options.LongestBackOff;
        }

        await Task.Delay(wait, options.Time, cancellation).ConfigureAwait(false);
    }

    /// <summary>What may pass, of all exceptions; null for the others.</summary>
    public static TransientException? Transient(Exception error) =>
        error as TransientException ?? (HttpErrors.Describe(error) is { } reason ? new TransientException(reason, inner: error) : null);

    /// <summary>Reads a small body whole.</summary>
    /// <returns>Null when it has more bytes than it may.</returns>
    public async Task<byte[]?> ReadBodyAsync(HttpResponseMessage response, int limit, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            return null;
        }

        var meter = new RateMeter(options);
        var content = new MemoryStream();
        var buffer = new byte[8192];
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            while (await meter.ReadAsync(body, buffer, cancellation).ConfigureAwait(false) is > 0 and var read)
            {
                if (content.Length + read > limit)
                {
                    return null;
                }

                content.Write(buffer, 0, read);
            }
        }

        return content.ToArray();
    }

    public void Dispose() => client.Dispose();

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - options.Time.GetUtcNow() : null);
}
