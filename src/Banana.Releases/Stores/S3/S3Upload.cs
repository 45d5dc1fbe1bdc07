// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using Banana.Releases.Stores.Http;
using System.Text;
using Banana.Foundation.Errors;
using Banana.Releases.Layout;

namespace Banana.Releases.Stores.S3;

/// <summary>
/// Writes an object of any length: in one request when it is small, else in parts ("Multipart upload", Amazon S3 User Guide), of which a few are
/// under way at a time. Readers see nothing before the last request.
/// </summary>
internal sealed class S3Upload(S3Client client, string key, int partSize, int parallel)
{
    // Limits of S3.
    private const int MostParts = 10_000;
    private const int SmallestPart = 5 << 20;

    private readonly string what = $"write '{key}'";

    private IReadOnlyList<KeyValuePair<string, string>> Kept => [new("cache-control", CachePolicy.For(key))];

    /// <summary>Writes a small object.</summary>
    /// <returns>Whether the precondition held.</returns>
    public async Task<bool> PutAsync(ReadOnlyMemory<byte> content, Precondition precondition, CancellationToken cancellation)
    {
        if (precondition.MustBeMissing)
        {
            return await PutOnceAsync(content, new("if-none-match", "*"), cancellation).ConfigureAwait(false);
        }

        if (precondition.Version is not { } version)
        {
            return await PutOnceAsync(content, condition: null, cancellation).ConfigureAwait(false);
        }

        // Ceph's POSIX gateway compares without the quotes that RFC 9110 demands: when it says that the version is another
        // and it is not, it is asked in its own way. That is a condition too, so nothing is lost when it changes in between.
        return await PutOnceAsync(content, new("if-match", version), cancellation).ConfigureAwait(false)
            || (await VersionAsync(cancellation).ConfigureAwait(false) == version && await PutOnceAsync(content, new("if-match", version.Trim('"')), cancellation).ConfigureAwait(false));
    }

    private async Task<bool> PutOnceAsync(ReadOnlyMemory<byte> content, KeyValuePair<string, string>? condition, CancellationToken cancellation)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = condition is { } header ? [.. Kept, header] : Kept;
        using var response = await client.SendAsync(
            () => client.Make(HttpMethod.Put, key, headers: headers, body: content), what, content.Length, cancellation,
            condition is null ? [] : [HttpStatusCode.PreconditionFailed, HttpStatusCode.Conflict, HttpStatusCode.NotFound]).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound)
        {
            return response.IsSuccessStatusCode; // 409: another conditional write is going on (Amazon).
        }

        // What should be unchanged is gone; or the bucket is not there.
        var code = S3Error.CodeOf(await client.Transport.ReadBodyAsync(response, 1 << 16, cancellation).ConfigureAwait(false) ?? []);
        return code == "NoSuchKey" ? false : throw S3Error.Explain(client.Settings, what, response.StatusCode, code);
    }

    private async Task<string?> VersionAsync(CancellationToken cancellation)
    {
        using var response = await client.SendAsync(() => client.Make(HttpMethod.Head, key), what, uploaded: 0, cancellation, HttpStatusCode.NotFound).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? response.Headers.ETag?.Tag : null;
    }

    /// <summary>Writes an object of a known length.</summary>
    public async Task RunAsync(Stream content, long length, CancellationToken cancellation)
    {
        var size = (int)Math.Max(Math.Max(partSize, SmallestPart), Math.Min(int.MaxValue - 64, (length + MostParts - 1) / MostParts));
        if (length <= size)
        {
            var whole = await ReadPartAsync(content, (int)length, last: true, length, cancellation).ConfigureAwait(false);
            await PutAsync(whole, Precondition.None, cancellation).ConfigureAwait(false);
            return;
        }

        var id = await client.ReadAsync(() => client.Make(HttpMethod.Post, key, [new("uploads", string.Empty)], Kept), what, S3Xml.ReadUploadId, cancellation).ConfigureAwait(false);
        try
        {
            var tags = await SendPartsAsync(id, content, length, size, cancellation).ConfigureAwait(false);
            await CompleteAsync(id, tags, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(id).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string[]> SendPartsAsync(string id, Stream content, long length, int size, CancellationToken cancellation)
    {
        var tags = new string[(length + size - 1) / size];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Queue<Task> running = [];
        try
        {
            for (var index = 0; index < tags.Length; index++)
            {
                if (running.Count == parallel)
                {
                    await running.Dequeue().ConfigureAwait(false);
                }

                var last = index == tags.Length - 1;
                var part = await ReadPartAsync(content, last ? (int)(length - ((long)index * size)) : size, last, length, cancellation).ConfigureAwait(false);
                running.Enqueue(SendPartAsync(id, index, part, tags, stop.Token));
            }

            while (running.TryDequeue(out var task))
            {
                await task.ConfigureAwait(false);
            }

            return tags;
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task SendPartAsync(string id, int index, ReadOnlyMemory<byte> part, string[] tags, CancellationToken cancellation)
    {
        KeyValuePair<string, string>[] query = [new("partNumber", S3Client.Number(index + 1)), new("uploadId", id)];
        using var response = await client.SendAsync(() => client.Make(HttpMethod.Put, key, query, body: part), what, part.Length, cancellation).ConfigureAwait(false);
        tags[index] = response.Headers.ETag?.Tag ?? throw new BananaException(ExitCode.Unreachable, $"could not {what}: the server did not say what it received", where: client.Settings.Address, next: "check AWS_ENDPOINT_URL");

        // The tag of a part is its MD5 with most servers, but need not be; the server has checked our SHA-256 already.
    }

    private async Task CompleteAsync(string id, string[] tags, CancellationToken cancellation)
    {
        var text = new StringBuilder("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (var index = 0; index < tags.Length; index++)
        {
            text.Append($"<Part><PartNumber>{S3Client.Number(index + 1)}</PartNumber><ETag>{System.Security.SecurityElement.Escape(tags[index])}</ETag></Part>");
        }

        var body = Encoding.UTF8.GetBytes(text.Append("</CompleteMultipartUpload>").ToString());
        var answer = await client.ReadAsync(() => client.Make(HttpMethod.Post, key, [new("uploadId", id)], body: body), what, bytes => (Root: S3Xml.RootOf(bytes), Code: S3Error.CodeOf(bytes)), cancellation).ConfigureAwait(false);

        // A server that needs long to put the parts together answers 200 at once and tells of an error later.
        if (answer.Root != "CompleteMultipartUploadResult")
        {
            throw S3Error.Explain(client.Settings, what, HttpStatusCode.OK, answer.Code);
        }
    }

    private async Task AbortAsync(string id)
    {
        try
        {
            using var time = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var response = await client.Transport.SendOnceAsync(() => client.Make(HttpMethod.Delete, key, [new("uploadId", id)]), uploaded: 0, time.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException || HttpTransport.Transient(error) is not null)
        {
            // The first error counts; SweepAsync removes what is left.
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadPartAsync(Stream content, int size, bool last, long length, CancellationToken cancellation)
    {
        var part = new byte[size];
        var read = await content.ReadAtLeastAsync(part, size, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        var whole = read == size && (!last || await content.ReadAsync(new byte[1], cancellation).ConfigureAwait(false) == 0);
        return whole ? part : throw StoreErrors.OtherLength(client.Settings.Address, key, length);
    }
}
