// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Banana.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Banana.Tests;

/// <summary>Serves a folder as our server does, but behind TLS, as the world's web servers are: HTTP/2 by ALPN or not, with a certificate of an authority of its own.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly WebApplication server;

    private TlsServer(WebApplication server, X509Certificate2 certificate, X509Certificate2 authority, ConcurrentQueue<string> connections)
    {
        this.server = server;
        this.certificate = certificate;
        Authority = authority;
        Connections = connections;
        Address = $"https://localhost:{new Uri(server.Urls.First()).Port}";
    }

    /// <summary>Where it is, without a final slash.</summary>
    public string Address { get; }

    /// <summary>Who signed its certificate; no system trusts it.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The protocol that each connection agreed on, in the order in which they came.</summary>
    public ConcurrentQueue<string> Connections { get; }

    public static async Task<TlsServer> StartAsync(string folder, HttpProtocols protocols, string name = "localhost", CancellationToken cancellation = default)
    {
        var connections = new ConcurrentQueue<string>();
        var (authority, certificate) = Certify(name);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = protocols;
            endpoint.UseHttps(certificate);
            endpoint.Use(next => connection =>
            {
                connections.Enqueue(Encoding.ASCII.GetString(connection.Features.Get<ITlsApplicationProtocolFeature>()!.ApplicationProtocol.Span));
                return next(connection);
            });
        }));
        var application = builder.Build();
        application.Run(new FileResponder(folder, new ServerLimits()).RespondAsync);
        await application.StartAsync(cancellation);
        return new TlsServer(application, certificate, authority, connections);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        certificate.Dispose();
        Authority.Dispose();
    }

    private static (X509Certificate2 Authority, X509Certificate2 Certificate) Certify(string name)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Banana test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var withKey = request.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        leaf.CertificateExtensions.Add(names.Build());
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // a server
        using var signed = leaf.Create(withKey, from, to, [1, 2, 3]);
        return (X509CertificateLoader.LoadCertificate(withKey.RawData), signed.CopyWithPrivateKey(key));
    }
}
