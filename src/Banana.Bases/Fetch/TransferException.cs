// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Network;

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
    public static TransferException? From(Exception error) =>
        error as TransferException ?? (HttpErrors.Describe(error) is { } reason ? new(TransferFailure.Transient, reason, error) : null);
}
