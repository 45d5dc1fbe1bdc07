// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;

namespace Banana.Bench.Delta.Ways;

/// <summary>A static web server on the loopback interface that counts what is asked of it: the repository that a device downloads from.</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private const int FirstPort = 20000, Ports = 20000;
    private readonly HttpListener listener;
    private readonly string root;
    private readonly Task serving;
    private long bytes;
    private int requests;

    private CountingServer(HttpListener listener, string root, string address)
    {
        this.listener = listener;
        this.root = Path.GetFullPath(root);
        Address = address;
        serving = ServeAsync();
    }

    /// <summary>The address of the folder, without a slash at its end.</summary>
    public string Address { get; }

    /// <summary>How many bytes of files went out; headers do not count.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How many requests came in.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Serves a folder on a free port.</summary>
    public static CountingServer Start(string root)
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = $"http://127.0.0.1:{FirstPort + Random.Shared.Next(Ports)}";
            var candidate = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                candidate.Start();
                return new CountingServer(candidate, root, address);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                candidate.Close(); // The port is taken.
            }
        }
    }

    /// <summary>Begins to count anew.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref bytes, 0);
        Interlocked.Exchange(ref requests, 0);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return; // Stopped.
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Interlocked.Increment(ref requests);
        try
        {
            var path = Path.GetFullPath(Path.Combine(root, context.Request.Url!.AbsolutePath.TrimStart('/')));
            if (!path.StartsWith(root + "/", StringComparison.Ordinal) || !File.Exists(path))
            {
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                context.Response.Close();
                return;
            }

            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
            await SendAsync(context, file);
        }
        catch (Exception error) when (error is IOException or HttpListenerException or ObjectDisposedException)
        {
            context.Response.Abort(); // The client went away, or we stop.
        }
    }

    private async Task SendAsync(HttpListenerContext context, FileStream file)
    {
        var (response, end) = (context.Response, file.Length - 1);
        if (context.Request.Headers["Range"] is { } header && System.Net.Http.Headers.RangeHeaderValue.TryParse(header, out var range) && range.Ranges is { Count: 1 } && range.Ranges.First() is { From: { } from } only && from <= end)
        {
            end = Math.Min(end, only.To ?? end);
            file.Position = from;
            response.StatusCode = (int)HttpStatusCode.PartialContent;
            response.Headers["Content-Range"] = $"bytes {from}-{end}/{file.Length}";
        }

        response.ContentLength64 = end - file.Position + 1;
        if (context.Request.HttpMethod == "HEAD")
        {
            response.Close();
            return;
        }

        var buffer = new byte[1 << 16];
        for (var left = response.ContentLength64; left > 0;)
        {
            var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)));
            Interlocked.Add(ref bytes, read); // First: who has the last byte may look at the count.
            await response.OutputStream.WriteAsync(buffer.AsMemory(0, read));
            left -= read;
        }

        response.Close();
    }
}
