// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Banana.Tests.Unit.Releases;

/// <summary>A network to a port of this machine, on which connections can die as they do when a laptop changes its network: nobody is told.</summary>
internal sealed class FreezingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> work = [];
    private readonly int target;
    private CancellationTokenSource alive = new();

    public FreezingProxy(int target)
    {
        this.target = target;
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        work.Add(AcceptAsync());
    }

    public int Port { get; }

    /// <summary>From now on nothing passes on the connections that there are; new ones work.</summary>
    public void Freeze() => Interlocked.Exchange(ref alive, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await Task.WhenAll(work);
        listener.Dispose();
        alive.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                work.Add(ConnectAsync(await listener.AcceptTcpClientAsync(stop.Token), alive.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ConnectAsync(TcpClient client, CancellationToken living)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(living, stop.Token);
            try
            {
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), either.Token), server.GetStream().CopyToAsync(client.GetStream(), either.Token));
                if (living.IsCancellationRequested)
                {
                    await Task.Delay(Timeout.Infinite, stop.Token); // The sockets stay open.
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // Stopped.
            }
        }
    }
}
