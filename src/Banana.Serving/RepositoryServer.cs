// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Banana.Foundation.Errors;

namespace Banana.Serving;

/// <summary>
/// Serves the folder of a repository over HTTP/1.1: what <c>banana serve</c> runs. Kestrel alone, without a host around it: no configuration,
/// no environment and no log of its own, and it starts in milliseconds. Without TLS, so without HTTP/2: in front of the world stands a web server or a CDN.
/// </summary>
public sealed class RepositoryServer : IAsyncDisposable
{
    private readonly KestrelServer server;

    private RepositoryServer(KestrelServer server, string address)
    {
        this.server = server;
        Address = address;
    }

    /// <summary>Where it is, with the port that it got, without a final slash.</summary>
    public string Address { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="folder">The repository.</param>
    /// <param name="listen">The address to listen on; port 0: any that is free.</param>
    /// <param name="limits">What clients may take.</param>
    /// <param name="cancellation">Stops the start.</param>
    /// <exception cref="BananaException">There is no such folder, or the address is taken or not ours.</exception>
    public static async Task<RepositoryServer> StartAsync(string folder, IPEndPoint listen, ServerLimits limits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(limits);
        if (!Directory.Exists(folder))
        {
            throw new BananaException(ExitCode.BadInput, "there is no such folder", where: folder, next: "give the folder of a repository");
        }

        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        options.Limits.MaxRequestLineSize = limits.LineBytes;
        options.Limits.RequestHeadersTimeout = limits.HeaderTime;
        options.Limits.KeepAliveTimeout = limits.IdleTime;
        options.Limits.MinResponseDataRate = new MinDataRate(limits.SlowestRate, limits.SlowGrace);
        options.Limits.MaxResponseBufferSize = 256 << 10;
        options.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { Backlog = limits.Connections }), NullLoggerFactory.Instance);
        var kestrel = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            await kestrel.StartAsync(new Application(new FileResponder(folder, limits)), cancellation).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            kestrel.Dispose();
            throw new BananaException(ExitCode.Busy, $"cannot listen on {listen}: another program does", next: "stop it, or choose another address with --listen", inner: error);
        }
        catch (System.Net.Sockets.SocketException error)
        {
            kestrel.Dispose();
            throw new BananaException(ExitCode.BadInput, $"cannot listen on {listen}: {error.Message}", next: "choose another address with --listen", inner: error);
        }

        return new RepositoryServer(kestrel, kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Stops: running answers get a moment to end.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await server.StopAsync(patience.Token).ConfigureAwait(false);
        server.Dispose();
    }

    private sealed class Application(FileResponder responder) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => responder.RespondAsync(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // Nothing is held.
        }
    }
}
