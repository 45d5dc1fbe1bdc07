// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banana.Releases.Layout;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Banana.Serving;

/// <summary>Answers a request with a file, a part or several parts of it, or with the reason why not (RFC 9110).</summary>
internal sealed class FileResponder(string folder, ServerLimits limits)
{
    private readonly string folder = Path.GetFullPath(folder);

    public async Task RespondAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.Date = HeaderUtilities.FormatDate(TimeProvider.System.GetUtcNow());
        var head = HttpMethods.IsHead(request.Method);
        if (!head && !HttpMethods.IsGet(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            await RefuseAsync(response, StatusCodes.Status405MethodNotAllowed, head).ConfigureAwait(false);
            return;
        }

        var file = ServedFile.Open(folder, request.Path.Value ?? string.Empty);
        if (file is null)
        {
            await RefuseAsync(response, StatusCodes.Status404NotFound, head).ConfigureAwait(false);
            return;
        }

        await using (file.ConfigureAwait(false))
        {
            await RespondAsync(context, file, head).ConfigureAwait(false);
        }
    }

    private async Task RespondAsync(HttpContext context, ServedFile file, bool head)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.AcceptRanges = "bytes";
        response.Headers.ETag = file.Tag;
        response.Headers.LastModified = HeaderUtilities.FormatDate(file.Modified);
        response.Headers.CacheControl = CachePolicy.For(request.Path.Value![1..]);
        switch (Conditions.Evaluate(request.Headers, file.Tag, file.Modified))
        {
            case Conditions.Outcome.NotModified:
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            case Conditions.Outcome.Failed:
                await RefuseAsync(response, StatusCodes.Status412PreconditionFailed, head).ConfigureAwait(false);
                return;
        }

        // A Range header counts for GET alone (section 14.2).
        var parts = !head && Conditions.RangeHolds(request.Headers, file.Tag, file.Modified) ? RequestedRanges.Read(request.Headers.Range, file.Length, limits.Ranges) : null;
        switch (parts)
        {
            case { Count: 0 }:
                response.Headers.ContentRange = $"bytes */{file.Length}";
                await RefuseAsync(response, StatusCodes.Status416RangeNotSatisfiable, head).ConfigureAwait(false);
                break;
            case [var part]:
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = ContentRange(part, file.Length);
                await SendAsync(context, file, part, TypeOf(request.Path)).ConfigureAwait(false);
                break;
            case null:
                response.ContentType = TypeOf(request.Path);
                response.ContentLength = file.Length;
                if (!head)
                {
                    await SendAsync(context, file, new(0, file.Length), TypeOf(request.Path)).ConfigureAwait(false);
                }

                break;
            default:
                await SendPartsAsync(context, file, parts).ConfigureAwait(false);
                break;
        }
    }

    private static async Task SendAsync(HttpContext context, ServedFile file, RequestedRanges.Part part, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = part.Length;
        await CopyAsync(context, file, part).ConfigureAwait(false);
    }

    // multipart/byteranges, section 14.6: a boundary and two headers before each part.
    private static async Task SendPartsAsync(HttpContext context, ServedFile file, IReadOnlyList<RequestedRanges.Part> parts)
    {
        var boundary = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        var type = TypeOf(context.Request.Path);
        var heads = parts.Select(part => Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: {type}\r\nContent-Range: {ContentRange(part, file.Length)}\r\n\r\n")).ToList();
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        var response = context.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.ContentType = $"multipart/byteranges; boundary={boundary}";
        response.ContentLength = heads.Sum(head => (long)head.Length) + parts.Sum(part => part.Length) + end.Length;
        for (var index = 0; index < parts.Count; index++)
        {
            await response.Body.WriteAsync(heads[index], context.RequestAborted).ConfigureAwait(false);
            if (!await CopyAsync(context, file, parts[index]).ConfigureAwait(false))
            {
                return;
            }
        }

        await response.Body.WriteAsync(end, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<bool> CopyAsync(HttpContext context, ServedFile file, RequestedRanges.Part part)
    {
        var stop = context.RequestAborted;
        var writer = context.Response.BodyWriter;
        var (at, end) = (part.From, part.From + part.Length);
        try
        {
            while (at < end)
            {
                var buffer = writer.GetMemory(1 << 16);
                var read = await RandomAccess.ReadAsync(file.Content.SafeFileHandle, buffer[..(int)Math.Min(buffer.Length, end - at)], at, stop).ConfigureAwait(false);
                if (read == 0)
                {
                    context.Abort(); // The file was cut: the client must not take what it got for the whole.
                    return false;
                }

                at += read;
                writer.Advance(read);
                if ((await writer.FlushAsync(stop).ConfigureAwait(false)).IsCompleted)
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            context.Abort(); // The client went away or was too slow.
            return false;
        }
    }

    private static async Task RefuseAsync(HttpResponse response, int status, bool head)
    {
        response.StatusCode = status;
        response.Headers.CacheControl = CachePolicy.Missing;
        response.Headers.Remove(HeaderNames.ETag);
        response.Headers.Remove(HeaderNames.LastModified);
        var text = Encoding.ASCII.GetBytes(status.ToString(CultureInfo.InvariantCulture) + "\n");
        response.ContentType = "text/plain";
        response.ContentLength = text.Length;
        if (!head)
        {
            await response.Body.WriteAsync(text).ConfigureAwait(false);
        }
    }

    private static string ContentRange(RequestedRanges.Part part, long length) => $"bytes {part.From}-{part.To}/{length}";

    private static string TypeOf(PathString path) => path.Value!.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/octet-stream";
}
