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
/// <param name="Drop">Whether it closes the connection without an answer.</param>
/// <param name="Endless">Whether it sends zeros for ever, without saying how many.</param>
/// <param name="Location">Where a redirect points to.</param>
/// <param name="Tag">The entity tag; another one later is another file.</param>
internal sealed record Behaviour(int Status = 200, long? CutAfter = null, long? StallAfter = null, TimeSpan? Pause = null, int Piece = 1 << 16, bool IgnoreRange = false, bool Drop = false, bool Endless = false, string? Location = null, string? Tag = null);

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
                    long? to = null;
                    while (await reader.ReadLineAsync(stop.Token) is { Length: > 0 } header)
                    {
                        if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                        {
                            var range = header["Range: bytes=".Length..].Split('-');
                            from = long.Parse(range[0]);
                            to = range[1].Length > 0 ? long.Parse(range[1]) : null;
                        }
                    }

                    if (!await AnswerAsync(stream, request.Split(' ')[1], from, to))
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

    private async Task<bool> AnswerAsync(NetworkStream stream, string target, long from, long? to)
    {
        var path = Uri.UnescapeDataString(target);
        var behaviour = Behave(path, Requests.Count(request => request.Path == path));
        Requests.Enqueue((path, from));
        if (behaviour.Drop)
        {
            return false;
        }

        var file = Path.Combine(directory, path.TrimStart('/'));
        var status = behaviour.Status == 200 && !File.Exists(file) ? 404 : behaviour.Status;
        if (status != 200)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n{(behaviour.Location is { } location ? $"Location: {location}\r\n" : string.Empty)}\r\n"), stop.Token);
            return true;
        }

        if (behaviour.Endless)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray(), stop.Token);
            while (true)
            {
                await stream.WriteAsync(new byte[behaviour.Piece], stop.Token);
                await Task.Delay(behaviour.Pause ?? TimeSpan.Zero, stop.Token);
            }
        }

        var content = await File.ReadAllBytesAsync(file, stop.Token);
        var whole = behaviour.IgnoreRange || (from == 0 && to is null);
        (from, var last) = whole ? (0, content.Length - 1) : (from, Math.Min(to ?? long.MaxValue, content.Length - 1));
        var range = whole ? string.Empty : $"Content-Range: bytes {from}-{last}/{content.Length}\r\n";
        range += behaviour.Tag is { } tag ? $"ETag: \"{tag}\"\r\n" : string.Empty;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(whole ? "200 OK" : "206 Partial Content")}\r\nContent-Length: {last + 1 - from}\r\n{range}\r\n"), stop.Token);
        var end = Math.Min(last + 1, from + Math.Min(behaviour.CutAfter ?? long.MaxValue - from, behaviour.StallAfter ?? long.MaxValue - from));
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
