// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net.Sockets;

namespace Banana.Foundation.Network;

/// <summary>Says in words what HttpClient and sockets throw. The framework's own texts are trimmed away in our tools (UseSystemResourceKeys).</summary>
public static class HttpErrors
{
    /// <summary>What went wrong on the network; null when the exception is not about the network.</summary>
    public static string? Describe(Exception error) => error switch
    {
        HttpRequestException or HttpIOException => OfKind(error),
        IOException { InnerException: SocketException socket } => socket.Message,
        _ => null,
    };

    private static string OfKind(Exception error)
    {
        var kind = (error as HttpRequestException)?.HttpRequestError ?? (error as HttpIOException)?.HttpRequestError;
        return kind switch
        {
            HttpRequestError.NameResolutionError => "the host name is not known",
            HttpRequestError.ConnectionError when error.InnerException is SocketException socket => socket.Message.ToLowerInvariant(),
            HttpRequestError.ConnectionError => "no connection in time",
            HttpRequestError.SecureConnectionError => "no secure connection (is the certificate valid?)",
            HttpRequestError.ProxyTunnelError => "the proxy refused the connection",
            HttpRequestError.ResponseEnded => "the connection ended too early",
            _ => $"the server's answer is not valid HTTP ({kind})",
        };
    }
}
