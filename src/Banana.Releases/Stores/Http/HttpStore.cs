// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Net.Http.Headers;
using Banana.Foundation.Errors;

namespace Banana.Releases.Stores.Http;

/// <summary>A repository on any static web server, to be read.</summary>
public sealed class HttpStore : IReleaseStore
{
    private readonly HttpTransport transport;
    private readonly Uri root;

    /// <param name="address">The address of the repository: http or https, without a query.</param>
    /// <param name="options">How patient it is.</param>
    /// <exception cref="BananaException">The address is none.</exception>
    public HttpStore(string address, HttpStoreOptions? options = null)
    {
        root = Uri.TryCreate(address?.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri!
            : throw new BananaException(ExitCode.Usage, $"'{address}' is not the address of a repository", next: "give http://HOST/PATH or https://HOST/PATH");
        transport = new HttpTransport(root.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped), options ?? new HttpStoreOptions(), redirects: true);
    }

    /// <inheritdoc/>
    public string Location => transport.Location;

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public bool CanList => false;

    /// <inheritdoc/>
    public Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation)
    {
        var address = AddressOf(key);
        return transport.RetryAsync(
            async () =>
            {
                using var response = await transport.SendOnceAsync(() => new HttpRequestMessage(HttpMethod.Get, address), uploaded: 0, cancellation).ConfigureAwait(false);
                if (IsMissing(response))
                {
                    return null;
                }

                Require(response, key);
                var content = await transport.ReadBodyAsync(response, limit, cancellation).ConfigureAwait(false) ?? throw StoreErrors.TooLong(Location, key, limit);
                return new StoredObject(content, response.Headers.ETag?.Tag ?? string.Empty);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<long?> LengthAsync(string key, CancellationToken cancellation)
    {
        var address = AddressOf(key);
        using var response = await transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Head, address), uploaded: 0, cancellation).ConfigureAwait(false);
        if (IsMissing(response))
        {
            return null;
        }

        Require(response, key);
        return response.Content.Headers.ContentLength ?? throw new BananaException(ExitCode.Unreachable, $"the server does not say how long '{key}' is", where: Location, next: "serve the repository by a web server that sends Content-Length");
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation)
    {
        var address = AddressOf(key);
        return await ResumingStream.OpenAsync(
            transport,
            key,
            range,
            part =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Range = HeaderOf(part);
                return request;
            },
            answer => Task.FromResult<Exception>(IsMissing(answer) ? new MissingObjectException(Location, key) : Refused(answer, key)),
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellation) => throw StoreErrors.NoList(Location);

    /// <inheritdoc/>
    public Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation) => throw StoreErrors.ReadOnly(Location);

    /// <inheritdoc/>
    public Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation) => throw StoreErrors.ReadOnly(Location);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellation) => throw StoreErrors.ReadOnly(Location);

    /// <inheritdoc/>
    public Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation) => throw StoreErrors.ReadOnly(Location);

    /// <inheritdoc/>
    public void Dispose() => transport.Dispose();

    /// <summary>The Range header for a part; none for the whole object.</summary>
    internal static RangeHeaderValue? HeaderOf(ByteRange part) => part == ByteRange.All ? null : new(part.Offset, part.Offset + part.Length - 1);

    private static bool IsMissing(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private Uri AddressOf(string key) => new(root, StoreKey.Check(key));

    private void Require(HttpResponseMessage response, string key)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw Refused(response, key);
        }
    }

    private BananaException Refused(HttpResponseMessage response, string key) => (int)response.StatusCode is >= 300 and < 400
        ? new(ExitCode.Unreachable, $"the server redirects '{key}' to a place that we do not follow it to ({Scheme(response)})", where: Location, next: "use the address that it points to, if you trust it")
        : new(ExitCode.Unreachable, $"the server refused '{key}' ({(int)response.StatusCode})", where: Location, next: "is this the address of a repository, and may everybody read it?");

    private static string Scheme(HttpResponseMessage response) => response.Headers.Location is { IsAbsoluteUri: true } location ? location.Scheme : "another redirect";
}
