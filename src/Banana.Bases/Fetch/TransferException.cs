// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Net.Sockets;

namespace Banana.Bases;

/// <summary>Why a transfer did not come to its end.</summary>
internal enum TransferFailure
{
    /// <summary>The server does not have the file (404, 410).</summary>
    Missing,

    /// <summary>The server refused for good (another 4xx).</summary>
    Refused,

    /// <summary>Something that may pass: no connection, a stall, an early end, a server error.</summary>
    Transient,
}

/// <summary>One attempt of a transfer failed.</summary>
internal sealed class TransferException(TransferFailure failure, string reason, Exception? inner = null) : Exception(reason, inner)
{
    public TransferFailure Failure => failure;

    /// <summary>Explains what HttpClient and sockets throw; null when it is no failure of the transfer.</summary>
    public static TransferException? From(Exception error) => error switch
    {
        TransferException known => known,
        HttpRequestException or HttpIOException => new(TransferFailure.Transient, Describe(error), error),
        IOException { InnerException: SocketException socket } => new(TransferFailure.Transient, socket.Message, error),
        _ => null,
    };

    // The framework's own texts are trimmed away in the tool (UseSystemResourceKeys), so the kinds are named here.
    private static string Describe(Exception error)
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
