// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using System.Runtime.CompilerServices;
using Banana.Releases.Stores.Http;

namespace Banana.Releases.Stores.S3;

/// <summary>A repository in a bucket of an S3 server, addressed by path ("path style").</summary>
public sealed class S3Store : IReleaseStore
{
    private const int PartSize = 16 << 20;

    private readonly S3Client client;
    private readonly int pageSize;
    private readonly int parallel;

    /// <param name="settings">Which bucket, and who we are there.</param>
    /// <param name="options">How patient it is.</param>
    public S3Store(S3Settings settings, HttpStoreOptions? options = null)
        : this(settings, options ?? new HttpStoreOptions(), pageSize: 1000, parallel: 2)
    {
    }

    internal S3Store(S3Settings settings, HttpStoreOptions options, int pageSize, int parallel)
    {
        ArgumentNullException.ThrowIfNull(settings);
        client = new S3Client(settings, options);
        this.pageSize = pageSize;
        this.parallel = parallel;
    }

    /// <inheritdoc/>
    public string Location => client.Settings.Address;

    /// <inheritdoc/>
    public bool CanWrite => true;

    /// <inheritdoc/>
    public bool CanList => true;

    /// <inheritdoc/>
    public Task<StoredObject?> ReadAsync(string key, int limit, CancellationToken cancellation)
    {
        StoreKey.Check(key);
        return client.Transport.RetryAsync<StoredObject?>(
            async () =>
            {
                using var response = await client.Transport.SendOnceAsync(() => client.Make(HttpMethod.Get, key), uploaded: 0, cancellation).ConfigureAwait(false);
                if (!response.IsSuccessStatusCode)
                {
                    var error = await RefuseAsync(response, key, cancellation).ConfigureAwait(false);
                    return error is MissingObjectException ? null : throw error;
                }

                var content = await client.Transport.ReadBodyAsync(response, limit, cancellation).ConfigureAwait(false) ?? throw StoreErrors.TooLong(Location, key, limit);
                return new StoredObject(content, response.Headers.ETag?.Tag ?? string.Empty);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<long?> LengthAsync(string key, CancellationToken cancellation)
    {
        StoreKey.Check(key);
        using var response = await client.SendAsync(() => client.Make(HttpMethod.Head, key), $"read '{key}'", uploaded: 0, cancellation, HttpStatusCode.NotFound).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? response.Content.Headers.ContentLength : null;
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(string key, ByteRange range, CancellationToken cancellation)
    {
        StoreKey.Check(key);
        return await ResumingStream.OpenAsync(
            client.Transport,
            key,
            range,
            part => client.Make(HttpMethod.Get, key, headers: S3Client.RangeHeaders(part)),
            answer => RefuseAsync(answer, key, cancellation),
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var below = client.Settings.Prefix + StoreKey.CheckPrefix(prefix);
        string? next = null;
        var last = string.Empty;
        do
        {
            List<KeyValuePair<string, string>> query = [new("list-type", "2"), new("max-keys", S3Client.Number(pageSize)), new("prefix", below)];
            if (next is not null)
            {
                query.Add(new("continuation-token", next));
            }

            var page = await client.ReadAsync(() => client.Make(HttpMethod.Get, key: null, query), "list the bucket", S3Xml.ReadPage, cancellation).ConfigureAwait(false);
            foreach (var entry in page.Objects)
            {
                // Lists are in ascending order by definition; Ceph's POSIX gateway gives new objects a second time after the last one.
                if (string.CompareOrdinal(entry.Key, last) <= 0)
                {
                    continue;
                }

                // What others put beside us, and a server that answers more than it was asked.
                last = entry.Key;
                if (entry.Key.StartsWith(below, StringComparison.Ordinal) && StoreKey.IsValid(entry.Key.AsSpan(client.Settings.Prefix.Length)))
                {
                    var key = entry.Key[client.Settings.Prefix.Length..];
                    var length = entry.Length >= 0 ? entry.Length : await LengthAsync(key, cancellation).ConfigureAwait(false);
                    if (length is { } known)
                    {
                        yield return new(key, known);
                    }
                }
            }

            // A server that repeats itself would keep us for ever.
            next = page.Next == next ? null : page.Next;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public Task<bool> WriteAsync(string key, ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation) =>
        new S3Upload(client, StoreKey.Check(key), PartSize, parallel).PutAsync(content, precondition, cancellation);

    /// <inheritdoc/>
    public Task UploadAsync(string key, Stream content, long length, CancellationToken cancellation) =>
        new S3Upload(client, StoreKey.Check(key), PartSize, parallel).RunAsync(content, length, cancellation);

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellation)
    {
        StoreKey.Check(key);
        using var response = await client.SendAsync(() => client.Make(HttpMethod.Delete, key), $"delete '{key}'", uploaded: 0, cancellation, HttpStatusCode.NotFound).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var swept = 0;
        string? nextKey = null, nextId = null;
        do
        {
            List<KeyValuePair<string, string>> query = [new("uploads", string.Empty), new("prefix", client.Settings.Prefix)];
            if (nextKey is not null)
            {
                query.AddRange([new("key-marker", nextKey), new("upload-id-marker", nextId ?? string.Empty)]);
            }

            var page = await client.ReadAsync(() => client.Make(HttpMethod.Get, key: null, query), "list unfinished uploads", S3Xml.ReadUploads, cancellation).ConfigureAwait(false);
            foreach (var upload in page.Uploads.Where(upload => upload.Started < before && upload.Key.StartsWith(client.Settings.Prefix, StringComparison.Ordinal)))
            {
                using var response = await client.SendAsync(() => client.Make(HttpMethod.Delete, upload.Key[client.Settings.Prefix.Length..], [new("uploadId", upload.Id)]), "remove an unfinished upload", uploaded: 0, cancellation, HttpStatusCode.NotFound).ConfigureAwait(false);
                swept++;
            }

            (nextKey, nextId) = page.NextKey == nextKey && page.NextId == nextId ? (null, null) : (page.NextKey, page.NextId);
        }
        while (nextKey is not null);
        return swept;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<Exception> RefuseAsync(HttpResponseMessage response, string key, CancellationToken cancellation)
    {
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return await client.ExplainAsync(response, $"read '{key}'", cancellation).ConfigureAwait(false);
        }

        var code = S3Error.CodeOf(await client.Transport.ReadBodyAsync(response, 1 << 16, cancellation).ConfigureAwait(false) ?? []);
        return code is "NoSuchBucket" ? S3Error.Explain(client.Settings, $"read '{key}'", response.StatusCode, code) : new MissingObjectException(Location, key);
    }
}
