// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Xml;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Releases.Stores.Http;

namespace Banana.Releases.Stores.S3;

/// <summary>Makes, signs and sends single requests to a bucket.</summary>
internal sealed class S3Client(S3Settings settings, HttpStoreOptions options) : IDisposable
{
    // A page of 1000 objects with the longest keys, and room.
    private const int LongestAnswer = 8 << 20;

    // A redirect would carry a signature to where it does not fit.
    private readonly HttpTransport transport = new(settings.Address, options, redirects: false);

    public S3Settings Settings => settings;

    public HttpTransport Transport => transport;

    /// <summary>Makes a signed request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="key">The key in the store; null for the bucket itself.</param>
    /// <param name="query">Parameters.</param>
    /// <param name="headers">More headers, by names in lower case; they are signed too.</param>
    /// <param name="body">The body.</param>
    public HttpRequestMessage Make(HttpMethod method, string? key, IReadOnlyList<KeyValuePair<string, string>>? query = null, IReadOnlyList<KeyValuePair<string, string>>? headers = null, ReadOnlyMemory<byte>? body = null)
    {
        var path = $"/{settings.Bucket}" + (key is null ? string.Empty : "/" + string.Join('/', (settings.Prefix + key).Split('/').Select(SignatureV4.Encode)));
        var uri = new Uri(settings.Endpoint, path + (query is { Count: > 0 } ? "?" + SignatureV4.Query(query) : string.Empty));
        var time = options.Time.GetUtcNow();
        var payload = body is { } bytes ? Sha256Digest.Of(bytes.Span) : SignatureV4.EmptyPayload;
        Dictionary<string, string> signed = new(StringComparer.Ordinal)
        {
            ["host"] = uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}",
            ["x-amz-content-sha256"] = payload,
            ["x-amz-date"] = SignatureV4.Stamp(time),
        };
        if (settings.SessionToken is { } token)
        {
            signed["x-amz-security-token"] = token;
        }

        foreach (var (name, value) in headers ?? [])
        {
            signed[name] = value;
        }

        var request = new HttpRequestMessage(method, uri) { Version = HttpVersion.Version11 };
        if (body is { } content)
        {
            request.Content = new ReadOnlyMemoryContent(content);
        }

        foreach (var (name, value) in signed.Where(header => header.Key != "host"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var authorization = SignatureV4.Authorization(settings, method.Method, path, query ?? [], signed, payload, time);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    /// <summary>Sends a request, and makes an error of every answer but the expected ones.</summary>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string what, long uploaded, CancellationToken cancellation, params HttpStatusCode[] expected)
    {
        var response = await transport.SendAsync(make, uploaded, cancellation).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || expected.Contains(response.StatusCode))
        {
            return response;
        }

        using (response)
        {
            throw await ExplainAsync(response, what, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a request and reads its XML answer.</summary>
    public async Task<T> ReadAsync<T>(Func<HttpRequestMessage> make, string what, Func<byte[], T> read, CancellationToken cancellation)
    {
        var body = await transport.RetryAsync(
            async () =>
            {
                using var response = await transport.SendOnceAsync(make, uploaded: 0, cancellation).ConfigureAwait(false);
                return response.IsSuccessStatusCode
                    ? await transport.ReadBodyAsync(response, LongestAnswer, cancellation).ConfigureAwait(false) ?? throw Malformed(what, inner: null)
                    : throw await ExplainAsync(response, what, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        try
        {
            return read(body);
        }
        catch (Exception error) when (error is XmlException or FormatException or OverflowException)
        {
            throw Malformed(what, error);
        }
    }

    /// <summary>The error for an answer.</summary>
    public async Task<Exception> ExplainAsync(HttpResponseMessage response, string what, CancellationToken cancellation)
    {
        var body = await transport.ReadBodyAsync(response, 1 << 16, cancellation).ConfigureAwait(false) ?? [];
        return S3Error.Explain(settings, what, response.StatusCode, S3Error.CodeOf(body));
    }

    /// <summary>The headers of a range.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> RangeHeaders(ByteRange range) =>
        HttpStore.HeaderOf(range) is RangeHeaderValue header ? [new("range", header.ToString())] : [];

    /// <summary>A number as a parameter.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => transport.Dispose();

    private BananaException Malformed(string what, Exception? inner) =>
        new(ExitCode.Unreachable, $"could not {what}: the server's answer is not that of an S3 server", where: settings.Address, next: "check AWS_ENDPOINT_URL", inner: inner);
}
