// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banana.Tests;

/// <summary>How the server treats a request.</summary>
/// <param name="Status">The status; 200 serves the file.</param>
/// <param name="CutAfter">Bytes of the body after which the connection is cut; null for none.</param>
/// <param name="StallAfter">Bytes of the body after which nothing more comes; null for none.</param>
/// <param name="Pause">The pause after each piece of <paramref name="Piece"/> bytes: a slow mirror.</param>
/// <param name="Piece">The size of a piece.</param>
/// <param name="IgnoreRange">Whether it sends the whole file although a part was asked for.</param>
internal sealed record Behaviour(int Status = 200, long? CutAfter = null, long? StallAfter = null, TimeSpan? Pause = null, int Piece = 1 << 16, bool IgnoreRange = false);

/// <summary>A small HTTP server on a loopback address that serves a directory, and misbehaves on request.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;
    private readonly string directory;
    private bool stopped;

    public LoopbackServer(string directory)
    {
        this.directory = Path.GetFullPath(directory);
        listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        accepting = AcceptAsync();
    }

    /// <summary>Where it is, without a final slash.</summary>
    public string Address { get; }

    /// <summary>The paths that were asked for, with the offset of each.</summary>
    public ConcurrentQueue<(string Path, long From)> Requests { get; } = [];

    /// <summary>Decides for each path and the number of requests for it so far (from 0).</summary>
    public Func<string, int, Behaviour> Behave { get; set; } = (_, _) => new Behaviour();

    public async ValueTask DisposeAsync()
    {
        if (stopped)
        {
            return; // A test has stopped it already.
        }

        stopped = true;
        await stop.CancelAsync();
        listener.Stop();
        await Task.WhenAll([accepting, .. connections]);
        listener.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } request)
                {
                    var from = 0L;
                    while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } header)
                    {
                        if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                        {
                            from = long.Parse(header["Range: bytes=".Length..].Split('-')[0]);
                        }
                    }

                    if (!await AnswerAsync(stream, request.Split(' ')[1], from))
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
        {
            // The client went away, or the server was stopped.
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, string target, long from)
    {
        var path = Uri.UnescapeDataString(target);
        var behaviour = Behave(path, Requests.Count(request => request.Path == path));
        Requests.Enqueue((path, from));
        var file = Path.Combine(directory, path.TrimStart('/'));
        var status = behaviour.Status == 200 && !File.Exists(file) ? 404 : behaviour.Status;
        if (status != 200)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"), stop.Token);
            return true;
        }

        var content = await File.ReadAllBytesAsync(file, stop.Token);
        from = behaviour.IgnoreRange ? 0 : from;
        var range = from > 0 ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}\r\n" : string.Empty;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(from > 0 ? "206 Partial Content" : "200 OK")}\r\nContent-Length: {content.Length - from}\r\n{range}\r\n"), stop.Token);
        var end = Math.Min(content.Length, from + Math.Min(behaviour.CutAfter ?? long.MaxValue - from, behaviour.StallAfter ?? long.MaxValue - from));
        for (var at = from; at < end; at += behaviour.Piece)
        {
            await stream.WriteAsync(content.AsMemory((int)at, (int)Math.Min(behaviour.Piece, end - at)), stop.Token);
            if (behaviour.Pause is { } pause)
            {
                await stream.FlushAsync(stop.Token);
                await Task.Delay(pause, stop.Token);
            }
        }

        if (behaviour.StallAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, stop.Token);
        }

        return behaviour.CutAfter is null;
    }
}
